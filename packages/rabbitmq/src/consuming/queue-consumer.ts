import { GuloError, type Logger, type ReceivedMessage, type Runtime, type TransportSubscription } from '@gulo/core'
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import { ChannelKeeper, type ChannelOwner } from '../connection/channel-keeper.js'
import type { Link } from '../connection/link.js'
import { reasonOf } from '../faults.js'
import { toReceived } from '../message/received.js'
import { declare, refusable } from '../topology/declare.js'
import type { ConsumedQueue } from '../topology/topology.js'
import { Deliveries } from './deliveries.js'

export interface QueueConsumerOptions {
  readonly deliver: TransportSubscription['deliver']
  /** The topic of a message, from where it was published to. */
  readonly topicOf: (exchange: string, routingKey: string) => string
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
  private deliveries: Deliveries | undefined
  private consumerTag: string | undefined
  private closing = false

  constructor(
    link: Link,
    private readonly consumed: ConsumedQueue,
    private readonly options: QueueConsumerOptions,
  ) {
    this.keeper = new ChannelKeeper<Channel>(link, this, options.runtime)
  }

  get queue(): string {
    return this.consumed.queue
  }

  /** Resolves once the broker delivers here. @throws RABBITMQ_TOPOLOGY_REFUSED, RABBITMQ_UNREACHABLE */
  start(): Promise<void> {
    return this.keeper.start()
  }

  /** Messages that subscribers are at work on. */
  get size(): number {
    return this.deliveries?.size ?? 0
  }

  /** Has the broker deliver no more; resolves once nothing is in flight and the broker knows what is done. */
  async drain(): Promise<void> {
    this.closing = true
    const { channel } = this.keeper
    if (channel !== undefined && this.consumerTag !== undefined)
      await channel.cancel(this.consumerTag).catch(() => undefined)
    await this.deliveries?.close()
    await this.close()
  }

  /** Closes at once: the broker delivers again what has not been acknowledged. */
  async close(): Promise<void> {
    this.closing = true
    this.trouble = 'it has been closed'
    const closed = this.keeper.close()
    this.deliveries?.abandon()
    await closed
  }

  open(model: ChannelModel): Promise<Channel> {
    return model.createChannel()
  }

  async prepare(channel: Channel): Promise<void> {
    const { deliver, redeliveryDelayMs, runtime, prefetch } = this.options
    const deliveries = new Deliveries({ deliver, redeliveryDelayMs, clock: runtime.clock })
    this.deliveries?.abandon()
    this.deliveries = deliveries
    await declare(channel, this.consumed.topology)
    // For each consumer, not for the channel: quorum queues close the whole connection over the other.
    await channel.prefetch(prefetch, false)
    const consuming = channel.consume(this.queue, (message) => this.arrived(channel, deliveries, message))
    this.consumerTag = (await refusable(`a consumer of the queue ${this.queue}`, consuming)).consumerTag
  }

  ready(): void {
    this.trouble = undefined
  }

  lost(error: unknown): void {
    this.deliveries?.abandon()
    if (this.closing) return
    this.trouble ??= `the channel was lost: ${reasonOf(error ?? 'closed')}`
    if (error !== undefined) this.options.logger.warn(`rabbitmq: ${this.queue}: ${this.trouble}; setting up again`)
  }

  failed(error: unknown): void {
    this.trouble = `it cannot be consumed: ${reasonOf(error)}`
    if (GuloError.is(error)) this.options.logger.error(`rabbitmq: ${this.queue}: ${this.trouble}`)
  }

  private arrived(channel: Channel, deliveries: Deliveries, message: ConsumeMessage | null): void {
    if (message === null) return this.cancelled()
    deliveries.receive(this.read(message), () => acknowledge(channel, message))
  }

  // The broker's way to say that the queue is gone, or has moved to another node.
  private cancelled(): void {
    if (this.closing) return
    this.trouble = 'the broker ended the consumer, perhaps because the queue was deleted'
    this.options.logger.warn(`rabbitmq: ${this.queue}: ${this.trouble}; setting up again`)
    this.keeper.renew()
  }

  private read(message: ConsumeMessage): ReceivedMessage {
    const { exchange, routingKey } = message.fields
    return toReceived(message, this.queue, this.options.topicOf(exchange, routingKey))
  }
}

function acknowledge(channel: Channel, message: ConsumeMessage): void {
  try {
    channel.ack(message)
  } catch {
    // the channel has closed: the broker delivers the message again
  }
}
