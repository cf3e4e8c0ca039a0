import type { Codec } from '../codec/codec.js'
import { cloudEventsBinary } from '../codec/codecs.js'
import { fault, reportFaults } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import { createRuntime, type Runtime } from '../runtime/runtime.js'
import type { RuntimeUser } from '../runtime/runtime-user.js'
import { checkSubscription } from './check-subscription.js'
import { type MemoryBroker, memoryBroker } from './memory-broker.js'
import { MemoryDelays } from './memory-delays.js'
import type { MemoryMember } from './memory-feed.js'
import { MemoryPacer } from './memory-pacer.js'
import { lagOf, moveGroup } from './memory-positions.js'
import { readsOf } from './memory-reads.js'
import { MemorySubscription } from './memory-subscription.js'
import type { MemoryPartition } from './memory-topic.js'
import { storeAll } from './memory-writing.js'
import { Resting } from './resting.js'
import type {
  ComponentHealth,
  DelayedForwarder,
  DescribedTransport,
  GroupMover,
  HealthReporter,
  LagReporter,
  ListingSubscription,
  OutgoingMessage,
  PartitionLag,
  PausableSubscription,
  StartPosition,
  StopOptions,
  Transport,
  TransportFacts,
  TransportSubscription,
} from './transport.js'

export interface MemoryTransportOptions {
  /** Share one to reach other transports. @default a broker of its own */
  readonly broker?: MemoryBroker
  /** @default cloudEventsBinary */
  readonly codec?: Codec
  /** How long a rejected message waits for its next delivery, in milliseconds. @default 100 */
  readonly redeliveryDelayMs?: number
  /** Messages of one partition handed out and not settled. @default 100 */
  readonly maxInFlight?: number
  /** Where a group that is new to a topic starts: with its oldest message, or with the next one. @default earliest */
  readonly startFrom?: 'earliest' | 'latest'
  /** @default that of the service */
  readonly runtime?: Runtime
}

/** Makes a transport over a broker in memory. */
export function memoryTransport(options?: MemoryTransportOptions): MemoryTransport {
  return new MemoryTransport(options)
}

/** A transport that behaves like a log-like broker, in one process and without durability. */
export class MemoryTransport
  implements Transport, DelayedForwarder, LagReporter, GroupMover, HealthReporter, DescribedTransport, RuntimeUser
{
  readonly facts: TransportFacts = { kind: 'memory', durable: false, orderedByKey: true }
  readonly broker: MemoryBroker
  private readonly codec: Codec
  private readonly startFrom: 'earliest' | 'latest'
  private readonly delivering: Omit<MemoryMember, 'subscription' | 'resting'>
  private readonly delays: MemoryDelays
  private readonly ownRuntime: Runtime | undefined
  private givenRuntime: Runtime | undefined
  private readonly subscriptions = new Set<MemorySubscription>()
  private state: 'new' | 'started' | 'stopped' = 'new'

  /** @throws GULO_CONFIGURATION_INVALID */
  constructor(options: MemoryTransportOptions = {}) {
    const {
      broker,
      codec = cloudEventsBinary,
      redeliveryDelayMs = 100,
      maxInFlight = 100,
      startFrom = 'earliest',
    } = options
    reportFaults('the memory transport', [
      ...(redeliveryDelayMs >= 0 ? [] : [`redeliveryDelayMs is ${redeliveryDelayMs}: use milliseconds from 0.`]),
      ...(maxInFlight >= 1 ? [] : [`maxInFlight is ${maxInFlight}: use a number from 1.`]),
    ])
    this.ownRuntime = options.runtime
    this.broker = broker ?? memoryBroker()
    this.codec = codec
    this.startFrom = startFrom
    const clock = () => this.runtime.clock
    this.delays = new MemoryDelays(clock)
    this.delivering = { clock, pacer: new MemoryPacer(clock), redeliveryDelayMs, maxInFlight }
  }

  useRuntime(runtime: Runtime): void {
    this.givenRuntime = runtime
  }

  async start(): Promise<void> {
    if (this.state === 'stopped') throw fault('GULO_STOPPED', { component: 'The memory transport' })
    if (this.state === 'started') throw fault('GULO_ALREADY_STARTED', { component: 'The memory transport' })
    this.state = 'started'
  }

  async stop(options?: StopOptions): Promise<void> {
    this.state = 'stopped'
    this.delays.release()
    const closings = await Promise.allSettled(
      [...this.subscriptions].map((subscription) => subscription.close(options)),
    )
    const failed = closings.find((closing) => closing.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  /** @throws GULO_SUBSCRIPTION_INVALID, GULO_NOT_STARTED, GULO_STOPPED */
  async subscribe(subscription: TransportSubscription): Promise<PausableSubscription & ListingSubscription> {
    this.checkStarted('subscribe')
    checkSubscription(subscription)
    const { broker } = this
    const reads = readsOf(subscription, broker, this.startFrom)
    const group = subscription.broadcast ? broker.broadcastGroup() : broker.group(subscription.group)
    const member = { ...this.delivering, resting: new Resting(), subscription }
    const made = new MemorySubscription(group, member, () => {
      this.subscriptions.delete(made)
      broker.forget(group)
    })
    this.subscriptions.add(made)
    group.join(member, reads)
    return made
  }

  async lag(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]> {
    this.checkStarted('lag')
    return lagOf(this.broker, group, topics, this.startFrom)
  }

  /** @throws GULO_GROUP_ACTIVE, GULO_SUBSCRIPTION_INVALID, GULO_NOT_STARTED, GULO_STOPPED */
  async moveGroup(group: string, topics: readonly string[], to: StartPosition): Promise<void> {
    this.checkStarted('moveGroup')
    moveGroup(this.broker, group, topics, to)
  }

  /** Every envelope that can be written is stored, in order; those that cannot are the `details.unsent` of the rejection. */
  async publish(envelopes: readonly Envelope[]): Promise<void> {
    this.checkStarted('publish', envelopes)
    storeAll(envelopes, this.codec, this.broker.faults, (message) => this.append(message))
  }

  async forward(messages: readonly OutgoingMessage[]): Promise<void> {
    this.checkStarted('forward')
    const refusal = this.broker.faults.takeRefusal()
    if (refusal) throw refusal.error
    for (const message of messages) this.append(message)
  }

  /** They wait in the broker: what becomes of this transport does not concern them. @throws GULO_DURATION_INVALID */
  async forwardAfter(messages: readonly OutgoingMessage[], delayMs: number): Promise<void> {
    this.checkStarted('forwardAfter')
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY)) {
      throw fault('GULO_DURATION_INVALID', { option: 'delayMs', found: delayMs })
    }
    const refusal = this.broker.faults.takeRefusal()
    if (refusal) throw refusal.error
    const stored = messages.map((message) => ({ ...message, body: message.body && Uint8Array.from(message.body) }))
    const partitions = stored.map((message) => this.partitionFor(message))
    for (const [index, message] of stored.entries()) {
      this.delays.add(delayMs, () => partitions[index]?.append(message, this.runtime.clock.now()))
    }
  }

  async health(): Promise<ComponentHealth> {
    if (this.state === 'started') return { status: 'up' }
    return { status: 'down', detail: this.state === 'new' ? 'It has not been started.' : 'It has been stopped.' }
  }

  private get runtime(): Runtime {
    const runtime = this.ownRuntime ?? this.broker.runtime ?? this.givenRuntime
    if (runtime !== undefined) return runtime
    this.givenRuntime = createRuntime()
    return this.givenRuntime
  }

  private append(message: Omit<OutgoingMessage, 'type'>): void {
    this.partitionFor(message).append(message, this.runtime.clock.now())
  }

  private partitionFor({ topic, key, partition }: Omit<OutgoingMessage, 'type'>): MemoryPartition {
    const found = this.broker.topic(topic).choose(key, partition)
    if (found === undefined) throw fault('GULO_PARTITION_UNKNOWN', { topic, partition })
    return found
  }

  private checkStarted(operation: string, unsent?: readonly Envelope[]): void {
    if (this.state === 'started') return
    const more = unsent && { unsent }
    if (this.state === 'stopped') throw fault('GULO_STOPPED', { component: 'The memory transport', ...more })
    throw fault('GULO_NOT_STARTED', { operation, component: 'the memory transport', ...more })
  }
}
