import {
  type AssigningTransport,
  type ComponentHealth,
  checkSubscription,
  createRuntime,
  type DescribedTransport,
  type Envelope,
  type ErrorDetails,
  type Forwarder,
  type GroupMover,
  type HealthReporter,
  type LagReporter,
  type ListingSubscription,
  type OutgoingMessage,
  type PartitionLag,
  type PausableSubscription,
  type Runtime,
  type RuntimeUser,
  type StartPosition,
  type StopOptions,
  type TransportFacts,
  type TransportSubscription,
} from '@gulo/core'
import type { KafkaClient } from '../client/client.js'
import type { KafkaSettings } from '../config/settings.js'
import { answered } from '../consuming/ask-admin.js'
import { lagOf, moveGroup } from '../consuming/groups.js'
import { coreFault } from '../faults.js'
import { type AddressedRecord, recordsWith, toForwardedRecord } from '../producing/record.js'
import { askedTopics, type TopicRequest } from '../topics/asked-topics.js'
import { ensureTopics, type TopicReport } from '../topics/ensure-topics.js'
import { type Connection, close, connect } from './connection.js'
import { Subscriptions } from './subscriptions.js'

/** Publishes to Kafka and delivers from it; made by `kafka(options)`. */
export class KafkaTransport
  implements AssigningTransport, Forwarder, LagReporter, GroupMover, RuntimeUser, HealthReporter, DescribedTransport
{
  readonly facts: TransportFacts
  readonly tellsAssigned = true
  readonly deadLetterSuffix: string
  private readonly settings: KafkaSettings
  private readonly client: KafkaClient
  private readonly toRecord: ReturnType<typeof recordsWith>
  private readonly subscriptions = new Subscriptions()
  private runtime: Runtime
  private readonly ownRuntime: boolean
  private state: 'new' | 'starting' | 'started' | 'stopped' = 'new'
  private connection: Connection | undefined

  constructor(settings: KafkaSettings, client: KafkaClient, runtime: Runtime | undefined) {
    this.settings = settings
    this.client = client
    this.toRecord = recordsWith(settings.codec)
    this.facts = { kind: 'kafka', durable: true, orderedByKey: settings.partitioner !== 'round-robin' }
    this.deadLetterSuffix = settings.deadLetterSuffix
    this.ownRuntime = runtime !== undefined
    this.runtime = runtime ?? createRuntime()
  }

  useRuntime(runtime: Runtime): void {
    if (!this.ownRuntime) this.runtime = runtime
  }

  /** Connects. @throws KAFKA_UNREACHABLE, KAFKA_REFUSED or KAFKA_UNTRUSTED */
  async start(): Promise<void> {
    if (this.state === 'stopped') throw coreFault('GULO_STOPPED', { component: 'kafka' })
    if (this.state !== 'new') throw coreFault('GULO_ALREADY_STARTED', { component: 'kafka' })
    this.state = 'starting'
    try {
      this.connection = await this.open()
    } catch (error) {
      if (this.state === 'starting') this.state = 'new'
      throw error
    }
    if (this.state === 'starting') this.state = 'started'
    else await this.disconnect(0)
  }

  /**
   * Creates topics that are missing and adds partitions where that is allowed; answers what it found and did for each.
   * @throws GULO_CONFIGURATION_INVALID, KAFKA_TOPIC_MISSING, KAFKA_TOPIC_SHRINKS, KAFKA_REFUSED or KAFKA_UNREACHABLE
   */
  async ensureTopics(topics: readonly (string | TopicRequest)[]): Promise<readonly TopicReport[]> {
    return this.ensure(topics, this.connected('ensureTopics'))
  }

  async stop({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    if (this.state === 'stopped') return
    this.state = 'stopped'
    const { clock } = this.runtime
    const startedAt = clock.monotonic()
    // Handlers in flight may still publish, so the producer goes last.
    await this.subscriptions.close({ deadlineMs })
    await this.disconnect(Math.max(0, deadlineMs - (clock.monotonic() - startedAt)))
  }

  publish(envelopes: readonly Envelope[]): Promise<void> {
    return this.send('publish', envelopes, this.toRecord)
  }

  forward(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.send('forward', messages, toForwardedRecord)
  }

  /** @throws GULO_SUBSCRIPTION_INVALID, KAFKA_TOPIC_MISSING, KAFKA_REFUSED or KAFKA_SUBSCRIBE_FAILED */
  async subscribe(subscription: TransportSubscription): Promise<PausableSubscription & ListingSubscription> {
    const { topics } = this.connected('subscribe')
    checkSubscription(subscription)
    const { client, runtime, settings } = this
    return this.subscriptions.open(subscription, { ...settings, client, topics, runtime })
  }

  /** How far a group has come in those of the topics that there are. @throws KAFKA_UNREACHABLE or KAFKA_REFUSED */
  lag(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]> {
    this.connected('lag')
    return answered(
      this.settings,
      `the lag of ${group}`,
      lagOf(this.client, group, topics, this.settings.fromBeginning),
    )
  }

  /** Moves a group that has no members. @throws GULO_GROUP_ACTIVE, GULO_SUBSCRIPTION_INVALID or KAFKA_REFUSED … */
  moveGroup(group: string, topics: readonly string[], to: StartPosition): Promise<void> {
    this.connected('moveGroup')
    const { client, runtime, settings } = this
    const move = { client, clock: runtime.clock, group, topics, to, deadlineMs: settings.startDeadlineMs }
    return answered(settings, `the move of ${group}`, moveGroup(move))
  }

  async health(): Promise<ComponentHealth> {
    if (this.connection === undefined || this.state !== 'started')
      return { status: 'down', detail: `kafka is ${this.state}` }
    if (!this.connection.producer.connected) return { status: 'degraded', detail: 'the producer is connecting again' }
    return this.subscriptions.health()
  }

  /** Connects and makes sure of the topics that are named; leaves nothing open when it rejects. */
  private async open(): Promise<Connection> {
    const { client, settings, runtime } = this
    const connection = await connect(client, settings, runtime)
    try {
      if (settings.namedTopics.length > 0) await this.ensure(settings.namedTopics, connection)
      return connection
    } catch (error) {
      await close(connection, 0)
      throw error
    }
  }

  private async ensure(
    requests: readonly (string | TopicRequest)[],
    { admin, topics }: Connection,
  ): Promise<readonly TopicReport[]> {
    const { settings } = this
    const asked = askedTopics(requests, settings)
    return answered(settings, 'ensureTopics', ensureTopics(asked, { ...settings, admin, topics }))
  }

  // No async frame and no promise but that of the publication: with a handler that does little, they are what it costs.
  private send<T>(
    operation: string,
    sent: readonly T[],
    encode: (one: T, now: number) => AddressedRecord,
  ): Promise<void> {
    try {
      const { producer } = this.connected(operation, { unsent: sent })
      const now = this.runtime.clock.now()
      return producer.publish(
        sent.map((one) => encoded(one, now, encode)),
        sent,
      )
    } catch (error) {
      return Promise.reject(error)
    }
  }

  private connected(operation: string, details?: ErrorDetails): Connection {
    // A handler that finishes while the transport stops may publish until the producer is closed.
    if (this.connection !== undefined) return this.connection
    if (this.state === 'stopped') throw coreFault('GULO_STOPPED', { component: 'kafka', ...details })
    throw coreFault('GULO_NOT_STARTED', { operation, component: 'kafka', ...details })
  }

  private async disconnect(deadlineMs: number): Promise<void> {
    const { connection } = this
    if (connection === undefined) return
    await close(connection, deadlineMs)
    this.connection = undefined
  }
}

function encoded<T>(one: T, now: number, encode: (one: T, now: number) => AddressedRecord) {
  try {
    return encode(one, now)
  } catch (error) {
    return { error }
  }
}
