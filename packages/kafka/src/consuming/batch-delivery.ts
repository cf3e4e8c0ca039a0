import { type Clock, sleep, type Timer, type TransportSubscription } from '@gulo/core'
import { type FetchedBatch, type FetchedRecord, KafkaFailure } from '../client/client.js'
import { membershipOf } from '../client/verdict.js'
import { reasonOf } from '../faults.js'
import { Prefix } from './prefix.js'
import { toReceived } from './received.js'
import { aborted, repeat } from './repeat.js'

export interface DeliveryOptions {
  readonly deliver: TransportSubscription['deliver']
  readonly clock: Clock
  readonly heartbeatIntervalMs: number
  readonly commitIntervalMs: number
  readonly deliverySize: number
  /** How long messages in flight may take to finish once the group is rebalancing, in milliseconds. */
  readonly drainMs: number
  /** Aborted when nothing more is to be delivered; what is in flight goes on. */
  readonly closing: AbortSignal
  /** Aborted when what is in flight is to be left alone. */
  readonly cut: AbortSignal
}

/** What a delivery leaves behind. */
export interface DeliveryEnd {
  /** Where to deliver again from, and why. */
  readonly rejected: { readonly offset: string; readonly error: unknown } | undefined
  /** Settles with messages that were still being handled when they were given up. */
  readonly leftover: Promise<void> | undefined
}

const FINAL_TRIES = 3
const FINAL_PAUSE_MS = 100

/** Delivers one fetched batch in chunks, and commits the contiguous prefix of what has been handled. Never rejects. */
export class BatchDelivery {
  private readonly batch: FetchedBatch
  private readonly options: DeliveryOptions
  private readonly abandoned = new AbortController()
  private readonly timers: Timer[] = []
  private membership: 'ours' | 'rebalancing' | 'lost' = 'ours'
  private done = 0
  private committed = 0
  private committing: Promise<void> = Promise.resolve()
  private prefix: Prefix | undefined
  private chunkFrom = 0
  private rejected: DeliveryEnd['rejected']

  constructor(batch: FetchedBatch, options: DeliveryOptions) {
    this.batch = batch
    this.options = options
  }

  /** `before` is what an earlier delivery of this partition left running: the same key must not overtake it. */
  async run(before: Promise<void> | undefined): Promise<DeliveryEnd> {
    const { clock, heartbeatIntervalMs, commitIntervalMs, cut } = this.options
    const abandon = () => this.abandoned.abort()
    cut.addEventListener('abort', abandon, { once: true })
    if (cut.aborted) abandon()
    // Twice as often as asked for: the client skips those that come too early, so that each interval has one.
    this.timers.push(repeat(clock, Math.max(1, heartbeatIntervalMs / 2), () => this.beat()))
    this.timers.push(repeat(clock, commitIntervalMs, () => void this.commit()))
    await this.unlessAbandoned(before)
    while (this.goesOn()) await this.deliverChunk()
    for (const timer of this.timers) timer.cancel()
    cut.removeEventListener('abort', abandon)
    await this.commitFinally()
    const running = this.abandoned.signal.aborted ? [before, this.prefix?.done].filter((one) => one !== undefined) : []
    const leftover = running.length > 0 ? Promise.all(running).then(() => undefined) : undefined
    return { rejected: this.membership === 'lost' ? undefined : this.rejected, leftover }
  }

  private goesOn(): boolean {
    if (this.done >= this.batch.records.length || this.rejected !== undefined || this.membership !== 'ours')
      return false
    return this.batch.isActive() && !this.options.closing.aborted && !this.abandoned.signal.aborted
  }

  private async deliverChunk(): Promise<void> {
    const from = this.done
    const chunk = this.batch.records.slice(from, from + this.options.deliverySize)
    const prefix = new Prefix(this.hand(chunk))
    this.prefix = prefix
    this.chunkFrom = from
    await this.unlessAbandoned(prefix.done)
    this.advance()
    if (prefix.rejection === undefined) return
    const { offset } = chunk[prefix.handled] as FetchedRecord
    this.rejected = { offset, error: prefix.rejection.error }
  }

  private hand(chunk: readonly FetchedRecord[]): readonly Promise<void>[] {
    const { topic, partition } = this.batch
    try {
      const promises = this.options.deliver(chunk.map((record) => toReceived(topic, partition, record)))
      return chunk.map(
        (_, index) => promises[index] ?? Promise.reject(new TypeError('deliver answered too few promises')),
      )
    } catch (error) {
      return chunk.map(() => Promise.reject(error))
    }
  }

  private unlessAbandoned(work: Promise<void> | undefined): Promise<void> {
    if (work === undefined) return Promise.resolve()
    return Promise.race([work, aborted(this.abandoned.signal)])
  }

  /** Takes over what the chunk in flight has done so far. */
  private advance(): void {
    if (this.prefix !== undefined) this.done = this.chunkFrom + this.prefix.handled
  }

  private beat(): void {
    this.batch.heartbeat().catch((error: unknown) => this.heed(error))
  }

  /** Commits what is new; a failure is heeded and left to the next commit. */
  private commit(): Promise<void> {
    this.committing = this.committing.then(() => this.commitNow())
    return this.committing
  }

  private async commitNow(): Promise<void> {
    this.advance()
    const upTo = this.done
    if (upTo === this.committed || this.membership === 'lost') return
    const { offset } = this.batch.records[upTo - 1] as FetchedRecord
    this.batch.resolve(offset)
    try {
      await this.batch.commit(String(BigInt(offset) + 1n))
      this.committed = upTo
    } catch (error) {
      this.heed(error)
    }
  }

  private async commitFinally(): Promise<void> {
    for (let tries = 1; tries <= FINAL_TRIES; tries++) {
      await this.commit()
      if (this.committed === this.done || this.membership !== 'ours') return
      await sleep(this.options.clock, FINAL_PAUSE_MS)
    }
  }

  /** Learns from a failed heartbeat or commit whether the partition is still ours. */
  private heed(error: unknown): void {
    const failure = error instanceof KafkaFailure ? error : new KafkaFailure(reasonOf(error), undefined, error)
    const said = membershipOf(failure)
    if (said === 'lost') {
      this.membership = 'lost'
      this.abandoned.abort()
    } else if (said === 'rebalancing' && this.membership === 'ours') {
      this.membership = 'rebalancing'
      this.timers.push(this.options.clock.after(this.options.drainMs, () => this.abandoned.abort()))
    }
  }
}
