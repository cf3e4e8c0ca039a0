import { type Clock, sleep, type Timer, type TransportSubscription } from '@gulo/core'
import type { ConsumerEvent, ConsumerSpec, FetchedBatch, KafkaClient, KafkaConsumer } from '../client/client.js'
import type { Leftovers } from './leftovers.js'
import { Membership } from './membership.js'
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
  private readonly membership = new Membership()
  private finishing = false
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
    return this.membership.isSettled
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
    const { generation } = this.membership
    this.calls += 1
    this.last = batch
    if (this.finishing) await this.finished
    // An answer at once would have the client fetch the same again, and again.
    else if (!this.membership.isOurs) await sleep(this.options.clock, IGNORED_MS)
    else if (await this.streams.of(batch).take(batch)) this.resolve(batch, generation)
    if (this.finishing) await this.finished
    else if (this.membership.isRebalancing) await this.streams.commit()
    this.calls -= 1
  }

  // The position of a new generation is not that of an old batch.
  private resolve(batch: FetchedBatch, generation: number): void {
    const last = batch.records.at(-1)
    if (last !== undefined && generation === this.membership.generation) batch.resolve(last.offset)
  }

  private newStream({ topic, partition }: Place, before: Promise<void> | undefined): PartitionStream {
    const stream = new PartitionStream(
      topic,
      partition,
      {
        ...this.options,
        pauses: this.share.pauses,
        mayCommit: () => this.membership.mayCommit,
        commit: (batch, nextOffset) => this.heeding(() => batch.commit(nextOffset)),
        seek: (offset) => this.share.seek(topic, partition, offset),
      },
      before,
    )
    stream.rest(this.options.isResting(topic))
    return stream
  }

  private onEvent(event: ConsumerEvent): void {
    if (event.kind === 'rebalancing' && !this.membership.isLost) this.hold('joining')
    else if (event.kind === 'joined') this.joined(event.assignment, event.member)
    this.options.onEvent(event)
  }

  /** What is in flight may end, and what is handled is committed, before the partitions go. */
  private async revoked(): Promise<void> {
    const { clock } = this.options
    if (this.membership.isOurs) this.hold('rebalancing')
    await within(clock, DRAIN_MS, this.streams.drained())
    await within(clock, LEAVE_MS, this.streams.commit())
  }

  private joined(assignment: Readonly<Record<string, readonly number[]>>, id: string | undefined): void {
    this.share.give(assignment)
    const stays = this.membership.joined(id)
    this.drain?.cancel()
    this.drain = undefined
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

  private heeding(request: () => Promise<void>): Promise<void> {
    return this.membership.heeding(request, (said) => {
      if (said === 'rebalancing') this.hold('rebalancing')
      else this.streams.abandonAll()
    })
  }

  /** Until the group has been shared anew; the client joins once the calls under way have ended, in time or not. */
  private hold(state: 'rebalancing' | 'joining'): void {
    if (!this.membership.doubt(state)) return
    this.streams.hold()
    this.drain ??= this.options.clock.after(DRAIN_MS, () => this.streams.release())
  }

  private async commitFinally(): Promise<void> {
    for (let tries = 1; tries <= FINAL_TRIES && !this.membership.isLost; tries++) {
      if (await this.streams.commit()) return
      await sleep(this.options.clock, FINAL_PAUSE_MS)
    }
  }
}
