import {
  type ComponentHealth,
  GuloError,
  type Logger,
  type Runtime,
  type StopOptions,
  type SubscriptionHandle,
  sleep,
  type TransportSubscription,
} from '@gulo/core'
import {
  type ConsumerEvent,
  type FetchedBatch,
  type KafkaClient,
  type KafkaConsumer,
  KafkaFailure,
} from '../client/client.js'
import { isHopeless } from '../client/verdict.js'
import { kafkaFault, reasonOf } from '../faults.js'
import type { TopicTable } from '../topics/topic-table.js'
import { BatchDelivery } from './batch-delivery.js'
import { Readiness } from './readiness.js'
import { Redelivery } from './redelivery.js'

export interface SubscriptionOptions {
  readonly client: KafkaClient
  readonly topics: TopicTable
  readonly runtime: Runtime
  readonly logger: Logger
  readonly brokers: readonly string[]
  readonly fromBeginning: boolean
  readonly startDeadlineMs: number
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly commitIntervalMs: number
  readonly deliverySize: number
  readonly redeliveryDelayMs: number
}

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000
// Half of the 60 s that the group waits for a member to come back.
const DRAIN_MS = 30_000
const LEAVE_MS = 3000

/** One member of a consumer group: joins, delivers, and joins anew with a fresh consumer whenever one crashes. */
export class Subscription implements SubscriptionHandle {
  private readonly subscription: TransportSubscription
  private readonly options: SubscriptionOptions
  private readonly redelivery: Redelivery
  private readonly leftovers = new Map<string, Promise<void>>()
  private readonly closing = new AbortController()
  private readonly cut = new AbortController()
  private consumer: KafkaConsumer | undefined
  private readiness: Readiness | undefined
  private state: 'joining' | 'ready' | 'crashed' = 'joining'
  private lastSign = 0
  private lastError: unknown
  private pauseMs = FIRST_PAUSE_MS
  private settleStart: ((error?: Error) => void) | undefined

  constructor(subscription: TransportSubscription, options: SubscriptionOptions) {
    this.subscription = subscription
    this.options = options
    this.redelivery = new Redelivery(options.runtime.clock, options.redeliveryDelayMs)
  }

  /** Resolves once the group is joined. @throws KAFKA_TOPIC_MISSING, KAFKA_REFUSED or KAFKA_SUBSCRIBE_FAILED */
  async start(): Promise<void> {
    const { runtime, startDeadlineMs: deadlineMs } = this.options
    const { group } = this.subscription
    const timer = runtime.clock.after(deadlineMs, () => {
      const reason = this.lastError === undefined ? 'no answer' : reasonOf(this.lastError)
      this.settleStart?.(kafkaFault('KAFKA_SUBSCRIBE_FAILED', { group, deadlineMs, reason }, this.lastError))
    })
    const started = new Promise<void>((resolve, reject) => {
      this.settleStart = (error) => (error === undefined ? resolve() : reject(error))
    })
    void this.join()
    try {
      await started
    } catch (error) {
      await this.close({ deadlineMs: 0 })
      throw error
    } finally {
      timer.cancel()
      this.settleStart = undefined
    }
  }

  health(): ComponentHealth {
    const { group } = this.subscription
    if (this.state === 'crashed')
      return { status: 'degraded', detail: `group ${group} crashed: ${reasonOf(this.lastError)}` }
    if (this.state === 'joining') return { status: 'degraded', detail: `group ${group} is being joined` }
    const silentMs = this.options.runtime.clock.monotonic() - this.lastSign
    if (silentMs <= this.options.sessionTimeoutMs) return { status: 'up' }
    return { status: 'degraded', detail: `group ${group} has not fetched for ${Math.round(silentMs)} ms` }
  }

  async close({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    const { clock } = this.options.runtime
    this.closing.abort()
    this.redelivery.cancel()
    const consumer = this.consumer
    this.consumer = undefined
    if (consumer === undefined) return
    const over = new AbortController()
    const stopped = consumer
      .stop()
      .catch(() => undefined)
      .finally(() => over.abort())
    await Promise.race([stopped, sleep(clock, deadlineMs, over.signal)])
    this.cut.abort()
    // what is done is still committed and the group left, if the broker answers
    await Promise.race([stopped, sleep(clock, LEAVE_MS, over.signal)])
    consumer.destroy()
  }

  /** Makes sure of the topics and joins with a new consumer; failures come back through `crashed`. */
  private async join(): Promise<void> {
    const { client, topics, fromBeginning } = this.options
    const { group, routes } = this.subscription
    const names = [...new Set(routes.map(({ topic }) => topic))]
    this.state = 'joining'
    try {
      await topics.ensure(names)
    } catch (error) {
      return this.crashed(error)
    }
    if (this.closing.signal.aborted) return
    this.readiness = new Readiness(fromBeginning, (topic, partition) => topics.leaderOf(topic, partition))
    const consumer: KafkaConsumer = client.createConsumer({
      group,
      topics: names,
      fromBeginning,
      onBatch: (batch) => this.deliver(consumer, batch),
      onEvent: (event) => this.heed(consumer, event),
    })
    this.consumer = consumer
    await consumer.run().catch((error: unknown) => {
      if (this.consumer === consumer) this.crashed(error)
    })
  }

  private heed(consumer: KafkaConsumer, event: ConsumerEvent): void {
    if (this.consumer !== consumer) return
    if (event.kind === 'crashed') return this.crashed(event.error)
    if (event.kind === 'rebalancing') return
    this.lastSign = this.options.runtime.clock.monotonic()
    if (this.state === 'ready' || !this.readiness?.isReadyAt(event)) return
    this.state = 'ready'
    this.pauseMs = FIRST_PAUSE_MS
    this.settleStart?.()
  }

  private crashed(error: unknown): void {
    const { brokers, logger, runtime } = this.options
    const { group } = this.subscription
    this.state = 'crashed'
    this.lastError = error
    this.consumer?.destroy()
    this.consumer = undefined
    if (this.closing.signal.aborted) return
    if (GuloError.is(error)) this.settleStart?.(error)
    else if (error instanceof KafkaFailure && isHopeless(error)) {
      const details = { brokers, operation: `the group ${group}`, reason: error.message, kafkaCode: error.code }
      this.settleStart?.(kafkaFault('KAFKA_REFUSED', details, error))
    }
    logger.warn(`the Kafka group ${group} is joined again: ${reasonOf(error)}`)
    const pauseMs = this.pauseMs * (0.5 + runtime.random.next())
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS)
    void sleep(runtime.clock, pauseMs, this.closing.signal).then(async () => {
      if (!this.closing.signal.aborted) await this.join()
    })
  }

  private async deliver(consumer: KafkaConsumer, batch: FetchedBatch): Promise<void> {
    const { topic, partition } = batch
    const name = `${topic}\n${partition}`
    const delivery = new BatchDelivery(batch, {
      ...this.options,
      clock: this.options.runtime.clock,
      deliver: (messages) => this.subscription.deliver(messages),
      drainMs: DRAIN_MS,
      closing: this.closing.signal,
      cut: this.cut.signal,
    })
    const { rejected, leftover } = await delivery.run(this.leftovers.get(name))
    if (leftover === undefined) this.leftovers.delete(name)
    else this.leftovers.set(name, leftover)
    if (rejected !== undefined && !this.closing.signal.aborted)
      this.redelivery.from(consumer, topic, partition, rejected.offset)
  }
}
