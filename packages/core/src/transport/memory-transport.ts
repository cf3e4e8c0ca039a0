import type { Codec } from '../codec/codec.js'
import { cloudEventsBinary } from '../codec/codecs.js'
import { type GuloError, isRetryable, reasonOf } from '../errors.js'
import { fault, reportFaults } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import { createRuntime, type Runtime } from '../runtime/runtime.js'
import type { RuntimeUser } from '../runtime/runtime-user.js'
import { type MemoryBroker, memoryBroker } from './memory-broker.js'
import type { MemoryMember } from './memory-feed.js'
import { MemoryPacer } from './memory-pacer.js'
import { MemorySubscription } from './memory-subscription.js'
import type {
  ComponentHealth,
  DescribedTransport,
  Forwarder,
  HealthReporter,
  OutgoingMessage,
  StopOptions,
  SubscriptionHandle,
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
export class MemoryTransport implements Transport, Forwarder, HealthReporter, DescribedTransport, RuntimeUser {
  readonly facts: TransportFacts = { kind: 'memory', durable: false, orderedByKey: true }
  readonly broker: MemoryBroker
  private readonly codec: Codec
  private readonly startFrom: 'earliest' | 'latest'
  private readonly delivering: Omit<MemoryMember, 'subscription'>
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
    const closings = await Promise.allSettled(
      [...this.subscriptions].map((subscription) => subscription.close(options)),
    )
    const failed = closings.find((closing) => closing.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  /** @throws GULO_SUBSCRIPTION_INVALID, GULO_NOT_STARTED, GULO_STOPPED */
  async subscribe(subscription: TransportSubscription): Promise<SubscriptionHandle> {
    this.checkStarted('subscribe')
    const { group, routes } = subscription
    if (!group) throw fault('GULO_SUBSCRIPTION_INVALID', { group, wrong: 'it has no group' })
    if (routes.length === 0) throw fault('GULO_SUBSCRIPTION_INVALID', { group, wrong: 'it has no routes' })
    const topics = routes.map((route) => this.broker.topic(route.topic))
    const member = { ...this.delivering, subscription }
    const made = new MemorySubscription(this.broker.group(group), member, () => this.subscriptions.delete(made))
    this.subscriptions.add(made)
    this.broker.group(group).join(member, topics, this.startFrom)
    return made
  }

  /** Every envelope that can be written is stored, in order; those that cannot are the `details.unsent` of the rejection. */
  async publish(envelopes: readonly Envelope[]): Promise<void> {
    this.checkStarted('publish', envelopes)
    const refusal = this.broker.faults.takeRefusal()
    if (refusal) throw notStored(envelopes, refusal.error)
    const unwritable: Envelope[] = []
    let reason: unknown
    for (const envelope of envelopes) {
      try {
        this.append({ ...this.codec.encode(envelope), ...routing(envelope) })
      } catch (error) {
        reason ??= error
        unwritable.push(envelope)
      }
    }
    if (unwritable.length > 0) throw notStored(unwritable, reason)
    const lost = this.broker.faults.takeLostConfirm()
    if (lost) throw notStored(envelopes, lost.error)
  }

  async forward(messages: readonly OutgoingMessage[]): Promise<void> {
    this.checkStarted('forward')
    const refusal = this.broker.faults.takeRefusal()
    if (refusal) throw refusal.error
    for (const message of messages) this.append(message)
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
    const partition = this.broker.topic(message.topic).choose(message.key, message.partition)
    if (partition === undefined) {
      throw fault('GULO_PARTITION_UNKNOWN', { topic: message.topic, partition: message.partition })
    }
    partition.append(message, this.runtime.clock.now())
  }

  private checkStarted(operation: string, unsent?: readonly Envelope[]): void {
    if (this.state === 'started') return
    const more = unsent && { unsent }
    if (this.state === 'stopped') throw fault('GULO_STOPPED', { component: 'The memory transport', ...more })
    throw fault('GULO_NOT_STARTED', { operation, component: 'the memory transport', ...more })
  }
}

function routing({ topic, partitionKey, aggregateId, partition }: Envelope) {
  return { topic, key: partitionKey ?? aggregateId, partition }
}

function notStored(unsent: readonly Envelope[], error: unknown): GuloError {
  const told = { count: unsent.length, reason: reasonOf(error), unsent, retryable: isRetryable(error) }
  return fault('GULO_NOT_STORED', told, error)
}
