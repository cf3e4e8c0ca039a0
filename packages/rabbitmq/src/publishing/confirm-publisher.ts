import { DeadlineQueue, type Logger, type Runtime } from '@gulo/core'
import type { ChannelModel, ConfirmChannel } from 'amqplib'
import { ChannelKeeper, type ChannelOwner } from '../connection/channel-keeper.js'
import type { Link } from '../connection/link.js'
import type { Declarer } from '../declaring/declarer.js'
import { rabbitFault, reasonOf } from '../faults.js'
import type { AmqpMessage } from '../message/outgoing.js'
import { about, Batch, type Entry, forgetBytes, markReturned, type Outcome } from './entry.js'
import { EntryLine } from './entry-line.js'
import { Preparation } from './preparation.js'
import { Silence } from './silence.js'
import { Suspects } from './suspects.js'
import { Unroutable } from './unroutable.js'

export interface PublisherOptions {
  readonly publishDeadlineMs: number
  readonly unroutable: 'accept' | 'fail' | 'fail-if-lost'
  readonly runtime: Runtime
  readonly logger: Logger
}

// More would only wait in the broker's socket, and be sent twice after a loss.
const WINDOW = 1000

/** Publishes over one channel, in order, and knows of each message whether the broker has stored it. */
export class ConfirmPublisher implements ChannelOwner<ConfirmChannel> {
  readonly unroutable: Unroutable
  private readonly keeper: ChannelKeeper<ConfirmChannel>
  private readonly preparation: Preparation
  private readonly waiting = new EntryLine()
  private readonly unconfirmed = new Set<Entry>()
  private readonly suspects = new Suspects()
  private readonly silence: Silence
  private readonly stopping = new AbortController()
  private readonly underway: DeadlineQueue<Batch>
  private congested = false

  constructor(
    private readonly link: Link,
    declarer: Declarer,
    private readonly options: PublisherOptions,
  ) {
    this.unroutable = new Unroutable(options.unroutable, options.logger)
    this.keeper = new ChannelKeeper<ConfirmChannel>(link, this, options.runtime)
    this.preparation = new Preparation(link, declarer, options.runtime)
    this.silence = new Silence(link, this.keeper, options)
    const { runtime, publishDeadlineMs } = options
    this.underway = new DeadlineQueue(runtime.clock, publishDeadlineMs, (late) => this.expire(entriesOf(late)))
    link.onUnblocked(() => this.pump())
  }

  /** Why messages may not get through, beyond the state of the connection. */
  get trouble(): string | undefined {
    return this.keeper.channel ? this.silence.trouble : 'the channel to publish on is being opened'
  }

  start(): Promise<void> {
    return this.keeper.start()
  }

  /** Sends messages in their order, after all sent before, and answers what became of each once that is known of all. */
  store(messages: readonly AmqpMessage[]): Promise<readonly Outcome[]> {
    if (messages.length === 0) return Promise.resolve([])
    const batch = new Batch(messages, this.underway)
    this.underway.add(batch)
    this.waiting.push(batch.entries)
    this.pump()
    return batch.outcomes
  }

  /** Resolves once nothing is on its way. */
  async drained(): Promise<void> {
    for (let open = this.underway.entries(); open.length > 0; open = this.underway.entries())
      await Promise.all(open.map(({ outcomes }) => outcomes))
  }

  /** Gives up what is still on its way, and closes. */
  async close(): Promise<void> {
    this.stopping.abort()
    this.expire([...this.unconfirmed, ...this.waiting.all()])
    this.underway.close()
    await this.keeper.close()
  }

  open(model: ChannelModel): Promise<ConfirmChannel> {
    return model.createConfirmChannel()
  }

  async prepare(channel: ConfirmChannel): Promise<void> {
    channel.on('return', (message) => markReturned(this.unconfirmed, message))
    channel.on('drain', () => {
      this.congested = false
      this.pump()
    })
  }

  ready(): void {
    this.congested = false
    this.pump()
  }

  /** Unconfirmed messages go before all others, in the order they had: the broker may store them twice, never out of order. */
  lost(error: unknown): void {
    const again = [...this.unconfirmed]
    this.unconfirmed.clear()
    this.preparation.forgetAll()
    const guilty = this.suspects.afterLoss(error, again)
    guilty?.settle(rabbitFault('RABBITMQ_REJECTED', { ...about(guilty), reason: reasonOf(error) }, error))
    this.waiting.unshift(again)
  }

  failed(error: unknown): void {
    this.options.logger.warn(`rabbitmq: no channel to publish on: ${reasonOf(error)}`)
  }

  private pump(): void {
    while (this.keeper.channel !== undefined && !this.congested && !this.link.blocked) {
      if (this.unconfirmed.size >= (this.suspects.any ? 1 : WINDOW)) return
      const entry = this.waiting.first()
      if (entry === undefined) return
      if (!this.preparation.isDone(entry.message)) return this.prepareFor(entry)
      if (!this.send(this.keeper.channel, entry)) return
    }
  }

  private prepareFor({ message }: Entry): void {
    this.preparation.start(message, this.stopping.signal, (refusal) => {
      if (refusal !== undefined) {
        for (const entry of this.waiting.all()) {
          if (this.preparation.isShared(entry.message, message)) entry.settle(refusal)
        }
      }
      this.pump()
    })
  }

  private send(channel: ConfirmChannel, entry: Entry): boolean {
    const { exchange, routingKey, body, properties } = entry.message
    entry.returned = false
    try {
      const room = channel.publish(exchange, routingKey, body, properties, (error) => this.confirmed(entry, error))
      this.congested = !room
    } catch (error) {
      // A channel that is being closed says so; the loss is told in a moment.
      if ((error as Error).name === 'IllegalOperationError') return false
      entry.settle(rabbitFault('RABBITMQ_MESSAGE_INVALID', { ...about(entry), wrong: reasonOf(error) }, error))
      return true
    }
    this.waiting.shift()
    this.unconfirmed.add(entry)
    return true
  }

  private confirmed(entry: Entry, error: Error | null): void {
    // Any other error is that of a closed channel, and lost() has it or will.
    if (error !== null && error.message !== 'message nacked') return
    this.silence.ended()
    if (!this.unconfirmed.delete(entry)) return
    this.suspects.clear(entry)
    entry.settle(
      error === null ? this.verdict(entry) : rabbitFault('RABBITMQ_NACKED', { count: 1, ...about(entry) }, error),
    )
    this.pump()
  }

  private verdict({ message, returned }: Entry): Outcome {
    if (!returned) {
      this.unroutable.hadQueue(message)
      return undefined
    }
    if (message.parked) this.preparation.forget(message)
    return this.unroutable.verdict(message)
  }

  private expire(entries: readonly Entry[]): void {
    const { publishDeadlineMs: deadlineMs } = this.options
    const silent = entries.filter((entry) => this.unconfirmed.has(entry)).length
    for (const entry of entries) {
      if (entry.settled) continue
      const sent = this.unconfirmed.delete(entry)
      this.suspects.clear(entry)
      const silence = sent ? 'the broker has not confirmed them' : 'earlier messages have not been confirmed'
      const reason = this.stopping.signal.aborted ? 'it was stopped' : (this.link.trouble ?? silence)
      entry.settle(rabbitFault('RABBITMQ_UNCONFIRMED', { count: 1, deadlineMs, reason, ...about(entry) }))
      if (sent) forgetBytes(entry)
    }
    if (silent > 0 && !this.stopping.signal.aborted) this.silence.noticed(silent)
    this.pump()
  }
}

function entriesOf(batches: readonly Batch[]): readonly Entry[] {
  return batches.flatMap(({ entries }) => entries)
}
