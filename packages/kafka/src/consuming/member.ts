import { type Clock, sleep, type Timer, type TransportSubscription } from '@gulo/core'
import {
  type ConsumerEvent,
  type ConsumerSpec,
  type FetchedBatch,
  type KafkaClient,
  type KafkaConsumer,
  KafkaFailure,
} from '../client/client.js'
import { membershipOf } from '../client/verdict.js'
import { reasonOf } from '../faults.js'
import type { Leftovers } from './leftovers.js'
import { PartitionStream } from './partition-stream.js'
import { repeat, within } from './repeat.js'
import { Share } from './share.js'
import { type Place, Streams } from './streams.js'

export interface MemberOptions extends Omit<ConsumerSpec, 'onBatch' | 'onRevoke'> {
  readonly client: KafkaClient
  readonly deliver: TransportSubscription['deliver']
  readonly clock: Clock
  readonly leftovers: Leftovers
  /** Whether nothing of a topic is to be handed out. */
  readonly isResting: (topic: string) => boolean
  readonly heartbeatIntervalMs: number
  readonly commitIntervalMs: number
  readonly redeliveryDelayMs: number
  readonly slowHandlerMs: number
  readonly deliverySize: number
  readonly maxInFlight: number
}

// Half of the 60 s that the group waits for a member to come back.
const DRAIN_MS = 30_000
const LEAVE_MS = 3000
const FINAL_TRIES = 3
const FINAL_PAUSE_MS = 100
// between batches that cannot be taken while the group is shared anew
const IGNORED_MS = 50

/** One membership of a group: keeps it alive, gives each partition its stream, and lets none commit what it lost. */
export class Member {
  readonly consumer: KafkaConsumer
  readonly share: Share
  private readonly options: MemberOptions
  private readonly streams: Streams
  private readonly timers: readonly Timer[]
  private readonly finished: Promise<void>
  private end = () => undefined as void
  // rebalancing: said by a broker; joining: the client is at it, and no longer speaks for the old generation
  private state: 'ours' | 'rebalancing' | 'joining' | 'lost' = 'ours'
  private finishing = false
  private id: string | undefined
  private generation = 0
  private calls = 0
  private last: FetchedBatch | undefined
  private drain: Timer | undefined

  constructor(options: MemberOptions) {
    const { client, clock, group, topics, heartbeatIntervalMs, commitIntervalMs } = options
    this.options = options
    this.finished = new Promise((resolve) => {
      this.end = resolve
    })
    this.consumer = client.createConsumer({
      group,
      topics,
      onBatch: (batch) => this.deliver(batch),
      onEvent: (event) => this.onEvent(event),
      onRevoke: () => this.revoked(),
    })
    this.share = new Share(this.consumer, options.isResting)
    this.streams = new Streams(options.leftovers, (place, before) => this.newStream(place, before))
    this.timers = [
      // Twice as often as asked for: the client skips those that come too early, so that each interval has one.
      repeat(clock, Math.max(1, heartbeatIntervalMs / 2), () => this.beat()),
      repeat(clock, commitIntervalMs, () => void this.streams.commit()),
    ]
  }

  /** Whether the group has said which partitions are this member's, and not taken it back. */
  get isSettled(): boolean {
    return this.generation > 0 && this.state === 'ours'
  }

  /** Takes nothing more, waits for what is in flight, commits, leaves the group; what lasts longer is left alone. */
  async finish(deadlineMs: number): Promise<void> {
    const { clock } = this.options
    this.finishing = true
    this.streams.hold()
    await within(clock, deadlineMs, this.streams.drained())
    await within(clock, LEAVE_MS, this.commitFinally())
    this.streams.abandonAll()
    this.end()
    await within(clock, LEAVE_MS, this.consumer.stop())
    this.destroy()
  }

  /** Cuts the connections now; what is in flight is left alone and not committed. */
  destroy(): void {
    this.streams.abandonAll()
    this.end()
    for (const timer of this.timers) timer.cancel()
    this.drain?.cancel()
    this.consumer.destroy()
  }

  /** Heeds which topics rest now. */
  rest(): void {
    this.share.rest()
    for (const stream of this.streams.all) stream.rest(this.options.isResting(stream.topic))
  }

  private async deliver(batch: FetchedBatch): Promise<void> {
    if (!batch.isActive()) return
    const { generation } = this
    this.calls += 1
    this.last = batch
    if (this.finishing) await this.finished
    // An answer at once would have the client fetch the same again, and again.
    else if (this.state !== 'ours') await sleep(this.options.clock, IGNORED_MS)
    else if (await this.streams.of(batch).take(batch)) this.resolve(batch, generation)
    if (this.finishing) await this.finished
    else if (this.state === 'rebalancing') await this.streams.commit()
    this.calls -= 1
  }

  // The position of a new generation is not that of an old batch.
  private resolve(batch: FetchedBatch, generation: number): void {
    const last = batch.records.at(-1)
    if (last !== undefined && generation === this.generation) batch.resolve(last.offset)
  }

  private newStream({ topic, partition }: Place, before: Promise<void> | undefined): PartitionStream {
    const stream = new PartitionStream(
      topic,
      partition,
      {
        ...this.options,
        pauses: this.share.pauses,
        mayCommit: () => this.state !== 'lost' && this.state !== 'joining',
        commit: (batch, nextOffset) => this.heeding(() => batch.commit(nextOffset)),
        seek: (offset) => this.share.seek(topic, partition, offset),
      },
      before,
    )
    stream.rest(this.options.isResting(topic))
    return stream
  }

  private onEvent(event: ConsumerEvent): void {
    if (event.kind === 'rebalancing' && this.state !== 'lost') this.hold('joining')
    else if (event.kind === 'joined') this.joined(event.assignment, event.member)
    this.options.onEvent(event)
  }

  /** What is in flight may end, and what is handled is committed, before the partitions go. */
  private async revoked(): Promise<void> {
    const { clock } = this.options
    if (this.state === 'ours') this.hold('rebalancing')
    await within(clock, DRAIN_MS, this.streams.drained())
    await within(clock, LEAVE_MS, this.streams.commit())
  }

  private joined(assignment: Readonly<Record<string, readonly number[]>>, id: string | undefined): void {
    // Another id: the group had given this member up, and others may have had its partitions.
    const stays = this.state !== 'lost' && id !== undefined && id === this.id
    this.id = id
    this.share.give(assignment)
    this.generation += 1
    this.drain?.cancel()
    this.drain = undefined
    this.state = 'ours'
    for (const stream of this.streams.all) {
      if (!stays || !assignment[stream.topic]?.includes(stream.partition)) this.streams.abandon(stream)
      else if (!this.finishing) stream.goOn()
    }
  }

  private beat(): void {
    if (this.calls === 0 || this.last === undefined) return
    const { last } = this
    this.heeding(() => last.heartbeat()).catch(() => undefined)
  }

  /** Settles like `request`; what it says about the membership counts if it is still the one that asked. */
  private async heeding(request: () => Promise<void>): Promise<void> {
    const { generation } = this
    try {
      await request()
    } catch (error) {
      if (generation === this.generation) this.heed(error)
      throw error
    }
  }

  /** Learns from a failed heartbeat or commit whether the partitions are still ours. */
  private heed(error: unknown): void {
    if (this.state === 'joining' || this.state === 'lost') return
    const failure = error instanceof KafkaFailure ? error : new KafkaFailure(reasonOf(error), undefined, error)
    const said = membershipOf(failure)
    if (said === 'rebalancing') this.hold('rebalancing')
    if (said !== 'lost') return
    this.state = 'lost'
    this.streams.abandonAll()
  }

  /** Until the group has been shared anew; the client joins once the calls under way have ended, in time or not. */
  private hold(state: 'rebalancing' | 'joining'): void {
    if (this.state === state) return
    this.state = state
    this.streams.hold()
    this.drain ??= this.options.clock.after(DRAIN_MS, () => this.streams.release())
  }

  private async commitFinally(): Promise<void> {
    for (let tries = 1; tries <= FINAL_TRIES && this.state !== 'lost'; tries++) {
      if (await this.streams.commit()) return
      await sleep(this.options.clock, FINAL_PAUSE_MS)
    }
  }
}
