import {
  type ComponentHealth,
  createRuntime,
  type DelayedForwarder,
  type DescribedTransport,
  type Envelope,
  type HealthReporter,
  type LagReporter,
  type OutgoingMessage,
  type PartitionLag,
  type PausableSubscription,
  type Runtime,
  type RuntimeUser,
  type StopOptions,
  type Transport,
  type TransportFacts,
  type TransportSubscription,
} from '@gulo/core'
import { keepsOrder, type RabbitMqSettings } from './config/settings.js'
import { Backlog } from './consuming/backlog.js'
import { check } from './consuming/invalid.js'
import { Subscription } from './consuming/subscription.js'
import { Subscriptions } from './consuming/subscriptions.js'
import { coreFault, rabbitFault } from './faults.js'
import { type AmqpMessage, delayed, fromEnvelope, fromOutgoing, type WritingRules } from './message/outgoing.js'
import { Routes } from './message/routes.js'
import { type Failed, failureOf } from './publishing/failure.js'
import { Session } from './session.js'
import { MAX_DELAY_MS } from './topology/delays.js'
import { jointTopology, type SubscribedRoutes } from './topology/subscription-topology.js'

/** Publishes to RabbitMQ and delivers from it; made by `rabbitmq(options)`. */
export class RabbitMqTransport
  implements Transport, DelayedForwarder, LagReporter, RuntimeUser, HealthReporter, DescribedTransport
{
  readonly facts: TransportFacts
  private readonly settings: RabbitMqSettings
  private readonly writing: WritingRules
  private readonly ownRuntime: boolean
  private readonly backlog = new Backlog()
  private readonly subscriptions = new Subscriptions()
  private runtime: Runtime
  private state: 'new' | 'starting' | 'started' | 'stopped' = 'new'
  private session: Session | undefined

  constructor(settings: RabbitMqSettings, runtime: Runtime | undefined) {
    this.settings = settings
    this.writing = { ...settings, routes: new Routes(settings) }
    this.ownRuntime = runtime !== undefined
    this.runtime = runtime ?? createRuntime()
    this.facts = { kind: 'rabbitmq', durable: true, orderedByKey: keepsOrder(settings) }
  }

  useRuntime(runtime: Runtime): void {
    if (!this.ownRuntime) this.runtime = runtime
  }

  /** Connects. @throws RABBITMQ_UNREACHABLE, RABBITMQ_REFUSED, GULO_ALREADY_STARTED, GULO_STOPPED */
  async start(): Promise<void> {
    if (this.state === 'stopped') throw coreFault('GULO_STOPPED', { component: 'rabbitmq' })
    if (this.state !== 'new') throw coreFault('GULO_ALREADY_STARTED', { component: 'rabbitmq' })
    this.state = 'starting'
    const session = new Session(this.settings, this.runtime, () => this.subscriptions.repair())
    this.session = session
    try {
      await session.start()
    } catch (error) {
      this.session = undefined
      await session.stop(0)
      if (this.isStopped()) throw coreFault('GULO_STOPPED', { component: 'rabbitmq' }, error)
      this.state = 'new'
      throw error
    }
    if (!this.isStopped()) this.state = 'started'
  }

  /** @throws GULO_STOP_DEADLINE when messages were still in flight; everything is closed then as well */
  async stop({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    if (this.state === 'stopped') return
    this.state = 'stopped'
    const { clock } = this.runtime
    const endsAt = clock.monotonic() + deadlineMs
    // Handlers in flight may still publish, so the publisher goes last.
    const closed = await this.subscriptions.close({ deadlineMs })
    const { session } = this
    this.session = undefined
    await session?.stop(Math.max(0, endsAt - clock.monotonic()))
    const late = closed.find((each) => each.status === 'rejected')
    if (late !== undefined) throw late.reason
  }

  /**
   * Resolves once the broker has confirmed every message.
   * @throws RABBITMQ_UNROUTABLE, RABBITMQ_NACKED, RABBITMQ_UNCONFIRMED or RABBITMQ_PUBLISH_FAILED, with `details.unsent`
   */
  publish(envelopes: readonly Envelope[]): Promise<void> {
    return this.store('publish', envelopes, fromEnvelope)
  }

  /** As `publish`; what goes to a dead letter, quarantine or retry topic goes to a durable queue of that name. */
  forward(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.store('forward', messages, fromOutgoing)
  }

  /**
   * As `forward`, but each message waits at the broker for `delayMs` milliseconds, rounded up to tenths of a second; 310
   * days at most. What is to go to an exchange where no queue is bound by then goes on waiting for one.
   * @throws GULO_DURATION_INVALID, RABBITMQ_DELAY_TOO_LONG, and what `forward` throws
   */
  async forwardAfter(messages: readonly OutgoingMessage[], delayMs: number): Promise<void> {
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY))
      throw coreFault('GULO_DURATION_INVALID', { option: 'delayMs', found: delayMs, unsent: messages })
    if (delayMs > MAX_DELAY_MS)
      throw rabbitFault('RABBITMQ_DELAY_TOO_LONG', { delayMs, longestMs: MAX_DELAY_MS, unsent: messages })
    if (delayMs === 0) return this.forward(messages)
    await this.store('forwardAfter', messages, (message, rules) =>
      delayed(fromOutgoing(message, rules), delayMs, rules),
    )
  }

  /**
   * Makes the queues of consumers before the first of them starts, so that nothing published earlier is lost; with
   * `topology: 'verify'` it looks whether they are there.
   * @throws RABBITMQ_TOPOLOGY_REFUSED, RABBITMQ_TOPOLOGY_MISSING, RABBITMQ_UNREACHABLE
   */
  async declare(subscriptions: readonly SubscribedRoutes[]): Promise<void> {
    await this.running('declare').provide(jointTopology(subscriptions, this.settings))
  }

  /**
   * Messages that wait in the queues of a group this process has subscribed, with those it holds itself; and those that
   * wait in dead letter, quarantine and retry topics.
   */
  async lag(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]> {
    const session = this.running('lag')
    const here = (queue: string) => this.subscriptions.pending(queue)
    return this.backlog.lag(group, topics, (queue) => session.count(queue), here)
  }

  /** @throws GULO_SUBSCRIPTION_INVALID, RABBITMQ_UNREACHABLE, RABBITMQ_REFUSED, or what declaring throws */
  async subscribe(wanted: TransportSubscription): Promise<PausableSubscription> {
    const session = this.running('subscribe')
    check(wanted, this.settings)
    const link = await session.consuming()
    const closed = () => this.subscriptions.delete(subscription)
    if (wanted.broadcast !== true) this.backlog.remember(wanted, this.settings)
    const subscription = new Subscription(link, wanted, this.settings, this.runtime, closed)
    this.subscriptions.add(subscription)
    try {
      await subscription.start()
    } catch (error) {
      closed()
      throw error
    }
    if (wanted.broadcast !== true) session.publisher.unroutable.expects(subscription.topology)
    return subscription
  }

  async health(): Promise<ComponentHealth> {
    if (this.session === undefined || this.state !== 'started')
      return { status: 'down', detail: `It is ${this.state}.` }
    return this.session.health(this.subscriptions.troubles)
  }

  private async store<T>(
    operation: string,
    sent: readonly T[],
    write: (one: T, rules: WritingRules) => AmqpMessage,
  ): Promise<void> {
    const { publisher } = this.running(operation, sent)
    const failed: Failed<T>[] = []
    const written: T[] = []
    const messages: AmqpMessage[] = []
    for (const one of sent) {
      try {
        messages.push(write(one, this.writing))
        written.push(one)
      } catch (error) {
        failed.push({ sent: one, error })
      }
    }
    const outcomes = await publisher.store(messages)
    outcomes.forEach((error, index) => {
      if (error !== undefined) failed.push({ sent: written[index] as T, error })
    })
    if (failed.length > 0) throw failureOf(failed, sent.length)
  }

  private running(operation: string, unsent?: readonly unknown[]): Session {
    // A handler that finishes while the transport stops may publish until the publisher is closed.
    if (this.session !== undefined && this.state !== 'starting') return this.session
    if (this.state === 'stopped') throw coreFault('GULO_STOPPED', { component: 'rabbitmq', unsent })
    throw coreFault('GULO_NOT_STARTED', { operation, component: 'rabbitmq', unsent })
  }

  private isStopped(): boolean {
    return this.state === 'stopped'
  }
}
