import { GuloError, type Logger, type Runtime, type TransportSubscription } from '@gulo/core'
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import { ChannelKeeper, type ChannelOwner } from '../connection/channel-keeper.js'
import type { Link } from '../connection/link.js'
import { refusable } from '../declaring/declare.js'
import type { Declarer } from '../declaring/declarer.js'
import { reasonOf } from '../faults.js'
import { toReceived } from '../message/received.js'
import { type ConsumedQueue, NOTHING, type Topology } from '../topology/topology.js'
import { Acknowledgements } from './acknowledgements.js'
import { Deliveries } from './deliveries.js'
import { Rest } from './rest.js'

export interface QueueConsumerOptions {
  readonly deliver: TransportSubscription['deliver']
  /** The topic of a message, from its queue and where it was published to. */
  readonly topicOf: (queue: string, exchange: string, routingKey: string) => string
  readonly declarer: Declarer
  readonly prefetch: number
  readonly redeliveryDelayMs: number
  readonly runtime: Runtime
  readonly logger: Logger
}

/** Consumes one queue over a channel of its own, and sets everything up again whenever channel or queue are lost. */
export class QueueConsumer implements ChannelOwner<Channel> {
  /** Why nothing is consumed at the moment. */
  trouble: string | undefined = 'it has not been started'
  private readonly keeper: ChannelKeeper<Channel>
  private readonly rest: Rest
  private consumed: ConsumedQueue
  private model: ChannelModel | undefined
  private deliveries: Deliveries | undefined
  private acknowledgements: Acknowledgements | undefined
  private consumerTag: string | undefined
  private closing = false

  /** `next` names the queue anew for every connection: one that belongs to a connection may outlast it for a while. */
  constructor(
    link: Link,
    private readonly next: () => ConsumedQueue,
    private readonly options: QueueConsumerOptions,
  ) {
    this.consumed = next()
    this.keeper = new ChannelKeeper<Channel>(link, this, options.runtime)
    this.rest = new Rest(options.runtime, () => this.giveBack())
  }

  get queue(): string {
    return this.consumed.queue
  }

  /** What it needs; nothing while it is being set up, which sees to that. */
  get topology(): Topology {
    return this.keeper.channel === undefined ? NOTHING : this.consumed.topology
  }

  /** Its number among partitions; `'members'` is the queue that has one consumer for each process. */
  get role(): number | 'members' | undefined {
    return this.consumed.members === true ? 'members' : this.consumed.partition
  }

  /** Whether the broker has given anything here: of a queue with one active consumer, this is the one. */
  get active(): boolean {
    return this.keeper.channel !== undefined && this.deliveries?.any === true
  }

  /** Resolves once the broker delivers here. @throws what declaring throws, RABBITMQ_UNREACHABLE */
  start(): Promise<void> {
    return this.keeper.start()
  }

  /** Messages that subscribers are at work on. */
  get size(): number {
    return this.deliveries?.size ?? 0
  }

  /** Messages received and not done. */
  get pending(): number {
    return this.deliveries?.pending ?? 0
  }

  /** How many consumers the broker counts for the queue; `undefined` while there is no channel. */
  async countConsumers(): Promise<number | undefined> {
    return (await this.keeper.channel?.checkQueue(this.queue))?.consumerCount
  }

  /** Keeps back the messages of some topics, or with `all` consumes no more, until told otherwise. */
  hold(held: (topic: string) => boolean, all: boolean): void {
    this.rest.hold(held, all)
    this.deliveries?.hold(held)
  }

  /** Lets go of the queue once nothing is in flight, and lines up for it again. What is waiting here goes back. */
  async giveBack(): Promise<void> {
    const { deliveries } = this
    await deliveries?.close()
    if (this.deliveries !== deliveries) return
    this.acknowledgements?.flush()
    this.keeper.renew()
  }

  /** Has the broker deliver no more; resolves once nothing is in flight and the broker knows what is done. */
  async drain(): Promise<void> {
    this.closing = true
    const { channel } = this.keeper
    // Cancelled, the only active consumer would be followed by the next while it is still at work.
    if (channel !== undefined && this.consumerTag !== undefined && this.consumed.single !== true)
      await channel.cancel(this.consumerTag).catch(() => undefined)
    await this.deliveries?.close()
    await this.close()
  }

  /** Closes at once: the broker delivers again what has not been acknowledged. */
  async close(): Promise<void> {
    this.closing = true
    this.trouble = 'it has been closed'
    this.rest.end()
    this.acknowledgements?.flush()
    const closed = this.keeper.close()
    this.deliveries?.abandon()
    await closed
  }

  open(model: ChannelModel): Promise<Channel> {
    this.model = model
    return model.createChannel()
  }

  async prepare(channel: Channel): Promise<void> {
    const { deliver, redeliveryDelayMs, runtime, prefetch, declarer } = this.options
    await this.rest.over()
    if (this.closing) return
    const deliveries = new Deliveries({ deliver, redeliveryDelayMs, clock: runtime.clock })
    this.deliveries?.abandon()
    this.deliveries = deliveries
    deliveries.hold(this.rest.held)
    this.consumed = this.next()
    if (this.model !== undefined) await declarer.provide(this.model, this.consumed.topology)
    // For each consumer, not for the channel: quorum queues close the whole connection over the other.
    await channel.prefetch(prefetch, false)
    const done = new Acknowledgements(channel)
    this.acknowledgements = done
    const consuming = channel.consume(this.queue, (message) => this.arrived(message, deliveries, done))
    this.consumerTag = (await refusable(`a consumer of the queue ${this.queue}`, consuming)).consumerTag
  }

  ready(): void {
    this.trouble = undefined
  }

  lost(error: unknown): void {
    this.deliveries?.abandon()
    if (this.closing) return
    if (error === undefined && this.rest.resting) return
    this.trouble ??= `the channel was lost: ${reasonOf(error ?? 'closed')}`
    if (error !== undefined) this.options.logger.warn(`rabbitmq: ${this.queue}: ${this.trouble}; setting up again`)
  }

  failed(error: unknown): void {
    this.trouble = `it cannot be consumed: ${reasonOf(error)}`
    if (GuloError.is(error)) this.options.logger.error(`rabbitmq: ${this.queue}: ${this.trouble}`)
  }

  private arrived(message: ConsumeMessage | null, deliveries: Deliveries, done: Acknowledgements): void {
    if (message === null) return this.cancelled()
    const { exchange, routingKey } = message.fields
    const topic = this.options.topicOf(this.queue, exchange, routingKey)
    done.received(message)
    deliveries.receive(toReceived(message, this.queue, topic), () => done.add(message))
  }

  // The broker's way to say that the queue is gone, or has moved to another node.
  private cancelled(): void {
    if (this.closing) return
    this.trouble = 'the broker ended the consumer, perhaps because the queue was deleted'
    this.options.logger.warn(`rabbitmq: ${this.queue}: ${this.trouble}; setting up again`)
    this.keeper.renew()
  }
}
