import {
  type ComponentHealth,
  createRuntime,
  type DescribedTransport,
  type Envelope,
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
import type { RabbitMqSettings } from './config/settings.js'
import { Subscription } from './consuming/subscription.js'
import { coreFault } from './faults.js'
import { type AmqpMessage, fromEnvelope, fromOutgoing } from './message/outgoing.js'
import { type Failed, failureOf } from './publishing/failure.js'
import { Session } from './session.js'

/** Publishes to RabbitMQ and delivers from it; made by `rabbitmq(options)`. */
export class RabbitMqTransport implements Transport, Forwarder, RuntimeUser, HealthReporter, DescribedTransport {
  readonly facts: TransportFacts
  private readonly settings: RabbitMqSettings
  private readonly ownRuntime: boolean
  private readonly subscriptions = new Set<Subscription>()
  private runtime: Runtime
  private state: 'new' | 'starting' | 'started' | 'stopped' = 'new'
  private session: Session | undefined

  constructor(settings: RabbitMqSettings, runtime: Runtime | undefined) {
    this.settings = settings
    this.ownRuntime = runtime !== undefined
    this.runtime = runtime ?? createRuntime()
    this.facts = { kind: 'rabbitmq', durable: true, orderedByKey: settings.singleActiveConsumer }
  }

  useRuntime(runtime: Runtime): void {
    if (!this.ownRuntime) this.runtime = runtime
  }

  /** Connects. @throws RABBITMQ_UNREACHABLE, RABBITMQ_REFUSED, GULO_ALREADY_STARTED, GULO_STOPPED */
  async start(): Promise<void> {
    if (this.state === 'stopped') throw coreFault('GULO_STOPPED', { component: 'rabbitmq' })
    if (this.state !== 'new') throw coreFault('GULO_ALREADY_STARTED', { component: 'rabbitmq' })
    this.state = 'starting'
    const session = new Session(this.settings, this.runtime)
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
    const closings = [...this.subscriptions].map((subscription) => subscription.close({ deadlineMs }))
    const closed = await Promise.allSettled(closings)
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
  async publish(envelopes: readonly Envelope[]): Promise<void> {
    await this.store('publish', envelopes, fromEnvelope)
  }

  /** As `publish`; what goes to a dead letter, quarantine or retry topic goes to a durable queue of that name. */
  async forward(messages: readonly OutgoingMessage[]): Promise<void> {
    await this.store('forward', messages, fromOutgoing)
  }

  /** @throws GULO_SUBSCRIPTION_INVALID, RABBITMQ_TOPOLOGY_REFUSED, RABBITMQ_UNREACHABLE, RABBITMQ_REFUSED */
  async subscribe(wanted: TransportSubscription): Promise<SubscriptionHandle> {
    const session = this.running('subscribe')
    const wrong = wrongWith(wanted)
    if (wrong !== undefined) throw coreFault('GULO_SUBSCRIPTION_INVALID', { group: String(wanted?.group), wrong })
    const link = await session.consuming()
    const closed = () => this.subscriptions.delete(subscription)
    const subscription = new Subscription(link, wanted, this.settings, this.runtime, closed)
    this.subscriptions.add(subscription)
    try {
      await subscription.start()
    } catch (error) {
      closed()
      throw error
    }
    return subscription
  }

  async health(): Promise<ComponentHealth> {
    if (this.session === undefined || this.state !== 'started')
      return { status: 'down', detail: `It is ${this.state}.` }
    const ill = [...this.subscriptions].map(({ trouble }) => trouble).filter((trouble) => trouble !== undefined)
    return this.session.health(ill)
  }

  private async store<T>(
    operation: string,
    sent: readonly T[],
    write: (one: T, rules: RabbitMqSettings) => AmqpMessage,
  ): Promise<void> {
    const { publisher } = this.running(operation, sent)
    const failed: Failed<T>[] = []
    const written: T[] = []
    const messages: AmqpMessage[] = []
    for (const one of sent) {
      try {
        messages.push(write(one, this.settings))
        written.push(one)
      } catch (error) {
        failed.push({ sent: one, error })
      }
    }
    const outcomes = await publisher.store(messages)
    for (const [index, error] of outcomes.entries())
      if (error !== undefined) failed.push({ sent: written[index] as T, error })
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

function wrongWith({ group, action, routes, deliver }: TransportSubscription): string | undefined {
  if (typeof group !== 'string' || group === '') return 'it has no group'
  if (typeof action !== 'string' || action === '') return 'it has no action'
  if (!Array.isArray(routes) || routes.length === 0) return 'it has no routes'
  const unnamed = routes.find(({ topic }) => typeof topic !== 'string' || topic === '')
  if (unnamed !== undefined) return `it has a topic named ${String(unnamed.topic)}`
  return typeof deliver === 'function' ? undefined : 'it has no deliver function'
}
