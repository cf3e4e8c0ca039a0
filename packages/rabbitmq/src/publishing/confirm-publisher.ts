import { DeadlineQueue } from '@gulo/core'
import type { ChannelModel, ConfirmChannel } from 'amqplib'
import { ChannelKeeper, type ChannelOwner } from '../connection/channel-keeper.js'
import type { Link } from '../connection/link.js'
import type { Declarer } from '../declaring/declarer.js'
import { rabbitFault, reasonOf } from '../faults.js'
import type { AmqpMessage } from '../message/outgoing.js'
import { about, Batch, type Entry, forgetBytes, markReturned, type Outcome } from './entry.js'
import { EntryLine } from './entry-line.js'
import { Preparation } from './preparation.js'
import { type ReturnOptions, Returns } from './returns.js'
import { Silence } from './silence.js'
import { missingExchange, Suspects } from './suspects.js'
import type { Unroutable } from './unroutable.js'

// More would only wait in the broker's socket, and be sent twice after a loss.
const WINDOW = 1000

/** Publishes over one channel, in order, and knows of each message whether the broker has stored it. */
export class ConfirmPublisher implements ChannelOwner<ConfirmChannel> {
  private readonly keeper: ChannelKeeper<ConfirmChannel>
  private readonly preparation: Preparation
  private readonly waiting = new EntryLine()
  private readonly unconfirmed = new Set<Entry>()
  private readonly suspects = new Suspects()
  private readonly returns: Returns
  private readonly silence: Silence
  private readonly stopping = new AbortController()
  private readonly underway: DeadlineQueue<Batch>
  private congested = false

  constructor(
    private readonly link: Link,
    declarer: Declarer,
    private readonly options: ReturnOptions,
  ) {
    this.returns = new Returns(options, {
      unconfirmed: () => this.unconfirmed,
      again: (entries) => this.sendFirst(entries),
      prepareAgain: ({ message }) => this.preparation.forget(message),
    })
    this.keeper = new ChannelKeeper<ConfirmChannel>(link, this, options.runtime)
    this.preparation = new Preparation(link, declarer, options.runtime)
    this.silence = new Silence(link, this.keeper, options)
    const { runtime, publishDeadlineMs } = options
    this.underway = new DeadlineQueue(runtime.clock, publishDeadlineMs, (late) =>
      this.expire(late.flatMap(({ entries }) => entries)),
    )
    link.onUnblocked(() => this.pump())
  }

  get unroutable(): Unroutable {
    return this.returns.unroutable
  }

  /** Why messages may not get through, beyond the state of the connection. */
  get trouble(): string | undefined {
    if (this.keeper.channel === undefined) return 'the channel to publish on is being opened'
    return this.silence.trouble ?? this.returns.absences.trouble
  }

  start(): Promise<void> {
    return this.keeper.start()
  }

  /** Sends messages in their order, after all sent before, and answers what became of each once that is known of all. */
  store(messages: readonly AmqpMessage[]): Promise<readonly Outcome[]> {
    if (messages.length === 0) return Promise.resolve([])
    const batch = new Batch(messages, this.underway)
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
    this.returns.absences.end()
    this.expire([...this.unconfirmed, ...this.returns.absences.entries(), ...this.waiting.all()])
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
    const missing = missingExchange(error)
    for (const { message } of again) if (message.exchange === missing) this.preparation.doubt(message)
    if (missing !== undefined) this.returns.absences.exchangeLost(missing)
    this.waiting.unshift(again)
  }

  failed(error: unknown): void {
    this.options.logger.warn(`rabbitmq: no channel to publish on: ${reasonOf(error)}`)
  }

  private sendFirst(entries: readonly Entry[]): void {
    this.waiting.unshift(entries)
    this.pump()
  }

  private pump(): void {
    while (this.keeper.channel !== undefined && !this.congested && !this.link.blocked) {
      if (this.unconfirmed.size >= (this.suspects.any ? 1 : WINDOW)) return
      const entry = this.waiting.first()
      if (entry === undefined) return
      if (!this.preparation.isDone(entry.message)) return this.prepareFor(entry)
      if (this.returns.absences.holds(entry)) this.waiting.shift()
      else if (!this.send(this.keeper.channel, entry)) return
    }
  }

  private prepareFor({ message }: Entry): void {
    this.preparation.start(message, this.stopping.signal, (refusal) => {
      if (refusal !== undefined) {
        for (const entry of [...this.waiting.all(), ...this.returns.absences.entries()]) {
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
    if (error !== null) entry.settle(rabbitFault('RABBITMQ_NACKED', { count: 1, ...about(entry) }, error))
    else if (entry.returned) this.returns.returned(entry)
    else this.returns.stored(entry)
    this.pump()
  }

  private expire(entries: readonly Entry[]): void {
    const { publishDeadlineMs: deadlineMs } = this.options
    const silent = entries.filter((entry) => this.unconfirmed.has(entry)).length
    for (const entry of entries) {
      if (entry.settled) continue
      if (entry.held) {
        entry.settle(this.unroutable.fault(entry.message))
        continue
      }
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
