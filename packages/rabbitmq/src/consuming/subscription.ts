import {
  type PausableSubscription,
  type Runtime,
  type StopOptions,
  type TransportSubscription,
  withDeadline,
} from '@gulo/core'
import type { RabbitMqSettings } from '../config/settings.js'
import type { Link } from '../connection/link.js'
import { Declarer } from '../declaring/declarer.js'
import { coreFault } from '../faults.js'
import { isParking } from '../topology/names.js'
import { broadcastTopology, subscriptionTopology } from '../topology/subscription-topology.js'
import { type ConsumedQueue, joinTopologies, type Topology } from '../topology/topology.js'
import { Balance } from './balance.js'
import { QueueConsumer } from './queue-consumer.js'
import { Upkeep } from './upkeep.js'

/** A subscription: its queues and their consumers. */
export class Subscription implements PausableSubscription {
  private readonly consumers: readonly QueueConsumer[]
  private readonly balances: readonly Balance[]
  private readonly upkeep: Upkeep
  private readonly paused = new Set<string>()
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
    const declarer = new Declarer(settings.topology)
    const options = { deliver, topicOf, declarer, prefetch, redeliveryDelayMs, runtime, logger }
    this.consumers = queuesOf(subscription, settings, runtime).map((next) => new QueueConsumer(link, next, options))
    this.balances = this.consumers
      .filter(({ role }) => role === 'members')
      .map((members) => new Balance(members, this.partitionsOf(members), settings.rebalanceMs, runtime))
    const { repairMs } = settings
    this.upkeep = new Upkeep(link, () => this.topology, { declarer, repairMs, runtime, logger })
  }

  /** Resolves once every queue is consumed; else none is. */
  async start(): Promise<void> {
    try {
      for (const consumer of this.consumers) await consumer.start()
    } catch (error) {
      await this.abandon()
      throw error
    }
    for (const balance of this.balances) balance.start()
    this.upkeep.start()
  }

  /** Exchanges, queues and bindings that are in use at the moment. */
  get topology(): Topology {
    return joinTopologies(...this.consumers.map(({ topology }) => topology))
  }

  /** Makes again at once what of them was deleted. */
  repair(): void {
    this.upkeep.repair()
  }

  pause(topics: readonly string[] = this.topics): void {
    for (const topic of topics) this.paused.add(topic)
    this.hold()
  }

  resume(topics: readonly string[] = this.topics): void {
    for (const topic of topics) this.paused.delete(topic)
    this.hold()
  }

  /** Messages of a queue that are here and not done. */
  pending(queue: string): number {
    return this.consumers.filter((each) => each.queue === queue).reduce((sum, each) => sum + each.pending, 0)
  }

  /** @throws GULO_STOP_DEADLINE */
  close({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    this.closing ??= this.drain(deadlineMs)
    return this.closing
  }

  /** Why a queue is not consumed at the moment. */
  get trouble(): string | undefined {
    const ill = this.consumers.find(({ trouble }) => trouble !== undefined)
    return ill ? `${ill.queue}: ${ill.trouble}` : this.upkeep.trouble
  }

  private partitionsOf({ queue }: QueueConsumer): readonly QueueConsumer[] {
    return this.consumers.filter((each) => typeof each.role === 'number' && each.queue === `${queue}.${each.role}`)
  }

  private get topics(): readonly string[] {
    return this.subscription.routes.map(({ topic }) => topic)
  }

  private hold(): void {
    const paused = new Set(this.paused)
    const all = this.topics.every((topic) => paused.has(topic))
    for (const consumer of this.consumers) consumer.hold((topic) => all || paused.has(topic), all)
  }

  private async drain(deadlineMs: number): Promise<void> {
    this.upkeep.stop()
    for (const balance of this.balances) balance.stop()
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
    this.upkeep.stop()
    for (const balance of this.balances) balance.stop()
    await Promise.all(this.consumers.map((consumer) => consumer.close()))
  }
}

function queuesOf(
  wanted: TransportSubscription,
  settings: RabbitMqSettings,
  { newId }: Runtime,
): (() => ConsumedQueue)[] {
  if (wanted.broadcast !== true) return subscriptionTopology(wanted, settings).map((queue) => () => queue)
  return [() => broadcastTopology(`${wanted.group}.${wanted.action}.broadcast.${newId()}`, wanted.routes, settings)]
}

function topicFinder({ routes }: TransportSubscription, exchangeName: (topic: string, type: string) => string) {
  const topics = new Map<string, string>()
  for (const { topic, types } of routes) {
    if (isParking(topic)) continue
    for (const type of types) topics.set(`${exchangeName(topic, type)} ${type}`, topic)
  }
  // A parking queue is not reached through an exchange of its topic.
  return (queue: string, exchange: string, routingKey: string) =>
    isParking(queue) ? queue : (topics.get(`${exchange} ${routingKey}`) ?? routingKey)
}
