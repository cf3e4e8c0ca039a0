import {
  type Runtime,
  type StopOptions,
  type SubscriptionHandle,
  type TransportSubscription,
  withDeadline,
} from '@gulo/core'
import type { RabbitMqSettings } from '../config/settings.js'
import type { Link } from '../connection/link.js'
import { coreFault } from '../faults.js'
import { isParking } from '../topology/names.js'
import { subscriptionTopology } from '../topology/topology.js'
import { QueueConsumer } from './queue-consumer.js'

/** A subscription: its queues and their consumers. */
export class Subscription implements SubscriptionHandle {
  private readonly consumers: readonly QueueConsumer[]
  private closing: Promise<void> | undefined

  constructor(
    link: Link,
    private readonly subscription: TransportSubscription,
    settings: RabbitMqSettings,
    private readonly runtime: Runtime,
    private readonly closed: () => void,
  ) {
    const { prefetch, redeliveryDelayMs, logger } = settings
    const topicOf = topicFinder(subscription, settings.exchangeName)
    const deliver: TransportSubscription['deliver'] = (messages) => subscription.deliver(messages)
    const options = { deliver, topicOf, prefetch, redeliveryDelayMs, runtime, logger }
    this.consumers = subscriptionTopology(subscription, settings).map(
      (queue) => new QueueConsumer(link, queue, options),
    )
  }

  /** Resolves once every queue is consumed; else none is. */
  async start(): Promise<void> {
    try {
      for (const consumer of this.consumers) await consumer.start()
    } catch (error) {
      await this.abandon()
      throw error
    }
  }

  /** @throws GULO_STOP_DEADLINE */
  close({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    this.closing ??= this.drain(deadlineMs)
    return this.closing
  }

  /** Why a queue is not consumed at the moment. */
  get trouble(): string | undefined {
    const ill = this.consumers.find(({ trouble }) => trouble !== undefined)
    return ill && `${ill.queue}: ${ill.trouble}`
  }

  private async drain(deadlineMs: number): Promise<void> {
    const component = `The subscription of ${this.subscription.group}`
    const inFlight = () => this.consumers.reduce((sum, { size }) => sum + size, 0)
    const late = () =>
      coreFault('GULO_STOP_DEADLINE', { component, deadlineMs, pending: `${inFlight()} messages are in flight` })
    try {
      const drained = Promise.all(this.consumers.map((consumer) => consumer.drain()))
      await withDeadline(this.runtime.clock, deadlineMs, drained, late)
    } finally {
      // Not waited for: the deadline has passed, or it is done.
      void this.abandon()
      this.closed()
    }
  }

  private async abandon(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.close()))
  }
}

function topicFinder({ routes }: TransportSubscription, exchangeName: (topic: string, type: string) => string) {
  const topics = new Map<string, string>()
  for (const { topic, types } of routes) {
    if (isParking(topic)) continue
    for (const type of types) topics.set(`${exchangeName(topic, type)} ${type}`, topic)
  }
  // A parking queue is reached through the default exchange, by its name.
  return (exchange: string, routingKey: string) => topics.get(`${exchange} ${routingKey}`) ?? routingKey
}
