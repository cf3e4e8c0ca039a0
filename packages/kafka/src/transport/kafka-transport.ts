import {
  type ComponentHealth,
  createRuntime,
  type DescribedTransport,
  type Envelope,
  type ErrorDetails,
  type Forwarder,
  type HealthReporter,
  type OutgoingMessage,
  type Runtime,
  type RuntimeUser,
  type StopOptions,
  type SubscriptionHandle,
  type Transport,
  type TransportFacts,
  type TransportSubscription,
} from '@gulo/core'
import type { KafkaClient } from '../client/client.js'
import type { KafkaSettings } from '../config/settings.js'
import { Subscription } from '../consuming/subscription.js'
import { coreFault } from '../faults.js'
import { PublicationFailure } from '../producing/publication.js'
import { type AddressedRecord, toForwardedRecord, toRecord } from '../producing/record.js'
import { type Connection, connect } from './connection.js'

/** Publishes to Kafka and delivers from it; made by `kafka(options)`. */
export class KafkaTransport implements Transport, Forwarder, RuntimeUser, HealthReporter, DescribedTransport {
  readonly facts: TransportFacts = { kind: 'kafka', durable: true, orderedByKey: true }
  private readonly settings: KafkaSettings
  private readonly client: KafkaClient
  private readonly subscriptions = new Set<Subscription>()
  private runtime: Runtime
  private readonly ownRuntime: boolean
  private state: 'new' | 'starting' | 'started' | 'stopped' = 'new'
  private connection: Connection | undefined

  constructor(settings: KafkaSettings, client: KafkaClient, runtime: Runtime | undefined) {
    this.settings = settings
    this.client = client
    this.ownRuntime = runtime !== undefined
    this.runtime = runtime ?? createRuntime()
  }

  useRuntime(runtime: Runtime): void {
    if (!this.ownRuntime) this.runtime = runtime
  }

  /** Connects. @throws KAFKA_UNREACHABLE or KAFKA_REFUSED */
  async start(): Promise<void> {
    if (this.state === 'stopped') throw coreFault('GULO_STOPPED', { component: 'kafka' })
    if (this.state !== 'new') throw coreFault('GULO_ALREADY_STARTED', { component: 'kafka' })
    this.state = 'starting'
    try {
      this.connection = await connect(this.client, this.settings, this.runtime)
    } catch (error) {
      if (this.state === 'starting') this.state = 'new'
      throw error
    }
    if (this.state === 'starting') this.state = 'started'
    else await this.disconnect(0)
  }

  async stop({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    if (this.state === 'stopped') return
    this.state = 'stopped'
    const { clock } = this.runtime
    const startedAt = clock.monotonic()
    // Handlers in flight may still publish, so the producer goes last.
    await Promise.all([...this.subscriptions].map((subscription) => subscription.close({ deadlineMs })))
    this.subscriptions.clear()
    await this.disconnect(Math.max(0, deadlineMs - (clock.monotonic() - startedAt)))
  }

  async publish(envelopes: readonly Envelope[]): Promise<void> {
    const { codec } = this.settings
    await this.send('publish', envelopes, (envelope, now) => toRecord(envelope, codec, now))
  }

  async forward(messages: readonly OutgoingMessage[]): Promise<void> {
    await this.send('forward', messages, toForwardedRecord)
  }

  /** @throws GULO_SUBSCRIPTION_INVALID, KAFKA_TOPIC_MISSING, KAFKA_REFUSED or KAFKA_SUBSCRIBE_FAILED */
  async subscribe(subscription: TransportSubscription): Promise<SubscriptionHandle> {
    const { topics } = this.connected('subscribe')
    const wrong = wrongWith(subscription)
    if (wrong !== undefined) throw coreFault('GULO_SUBSCRIPTION_INVALID', { group: String(subscription?.group), wrong })
    const { client, runtime, settings } = this
    const member = new Subscription(subscription, { ...settings, client, topics, runtime })
    this.subscriptions.add(member)
    try {
      await member.start()
    } catch (error) {
      this.subscriptions.delete(member)
      throw error
    }
    return {
      close: async (options) => {
        await member.close(options)
        this.subscriptions.delete(member)
      },
    }
  }

  async health(): Promise<ComponentHealth> {
    if (this.connection === undefined || this.state !== 'started')
      return { status: 'down', detail: `kafka is ${this.state}` }
    if (!this.connection.producer.connected) return { status: 'degraded', detail: 'the producer is connecting again' }
    const ill = [...this.subscriptions].map((member) => member.health()).filter(({ status }) => status !== 'up')
    if (ill.length === 0) return { status: 'up' }
    return { status: 'degraded', detail: ill.map(({ detail }) => detail).join('; ') }
  }

  private async send<T>(
    operation: string,
    sent: readonly T[],
    encode: (one: T, now: number) => AddressedRecord,
  ): Promise<void> {
    const { producer } = this.connected(operation, { unsent: sent })
    const now = this.runtime.clock.now()
    const records = sent.map((one) => {
      try {
        return encode(one, now)
      } catch (error) {
        return { error }
      }
    })
    await producer.publish(records).catch((error: unknown) => {
      throw error instanceof PublicationFailure ? error.toError(sent) : error
    })
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
    await connection.producer.stop(deadlineMs)
    this.connection = undefined
    await connection.admin.close().catch(() => undefined)
    connection.admin.destroy()
  }
}

function wrongWith({ group, routes, deliver }: TransportSubscription): string | undefined {
  if (typeof group !== 'string' || group === '') return 'it has no group'
  if (!Array.isArray(routes) || routes.length === 0) return 'it has no topics'
  const unnamed = routes.find(({ topic }) => typeof topic !== 'string' || topic === '')
  if (unnamed !== undefined) return `it has a topic named ${String(unnamed.topic)}`
  return typeof deliver === 'function' ? undefined : 'it has no deliver function'
}
