import { setMaxListeners } from 'node:events'
import { Lanes } from '../consuming/lanes.js'
import type { Logger } from '../message/signals.js'
import type { Clock, Timer } from '../runtime/clock.js'
import type { Schedule, ScheduledItem } from './schedule.js'

export interface DueWorkOptions {
  readonly schedule: Schedule
  readonly clock: Clock
  readonly logger: Logger
  /** Does one item; what it rejects with is never seen. */
  readonly run: (item: ScheduledItem, stopped: AbortSignal) => Promise<void>
  /** How many items are done at once. */
  readonly concurrency: number
  /** How often the schedule is looked at, in milliseconds. */
  readonly pollMs: number
}

const MOST_IN_HAND = 200

/** Takes what is due out of a schedule, each item for itself: one that never ends holds up neither others nor later looks. */
export class DueWork {
  private readonly lanes: Lanes
  private readonly mostInHand: number
  private readonly inHand = new Set<ScheduledItem>()
  /** What is in hand and has not begun. */
  private readonly waiting = new Set<ScheduledItem>()
  private readonly done: ScheduledItem[] = []
  private readonly stopping = new AbortController()
  private readonly aborted = new AbortController()
  private looking: Promise<void> = Promise.resolve()
  private returning: Promise<void> = Promise.resolve()
  private settling: Promise<void> | undefined
  private timer: Timer | undefined
  /** Whether a look found more than there was room for. */
  private more = false

  constructor(private readonly options: DueWorkOptions) {
    this.lanes = new Lanes(options.concurrency)
    this.mostInHand = Math.max(MOST_IN_HAND, 2 * options.concurrency)
    setMaxListeners(0, this.aborted.signal)
  }

  /** What has been claimed and not been settled. */
  get size(): number {
    return this.inHand.size
  }

  start(): void {
    this.look()
  }

  /** Claims nothing more, and gives back what has not begun. */
  rest(): void {
    this.stopping.abort()
    this.timer?.cancel()
    const returning = this.giveBackWaiting()
    this.returning = this.returning.then(() => returning)
  }

  /** Resolves once nothing is in hand. */
  async drained(): Promise<void> {
    await this.looking
    await this.returning
    await this.lanes.drained()
    await this.settle()
  }

  /** Tells the handlers that are left that nobody waits for them any more. */
  abort(): void {
    this.aborted.abort()
  }

  private look(): void {
    this.timer?.cancel()
    this.timer = undefined
    this.looking = this.claim().then(() => {
      if (this.stopping.signal.aborted) return
      this.timer = this.options.clock.after(this.options.pollMs, () => this.look(), { background: true })
      this.lookAgain()
    })
  }

  private async claim(): Promise<void> {
    const { schedule, clock, logger } = this.options
    this.more = false
    void this.settle()
    try {
      const room = this.mostInHand - this.inHand.size
      const items = room > 0 ? await schedule.claim(clock.now(), room) : []
      this.more = items.length === room
      for (const item of items) this.inHand.add(item)
      for (const item of items) this.waiting.add(item)
      if (this.stopping.signal.aborted) return await this.giveBackWaiting()
      for (const item of items) void this.lanes.run(laneOf(item), this.take, item)
    } catch (error) {
      logger.error('the scheduler could not read its schedule', error)
    }
  }

  private readonly take = async (item: ScheduledItem): Promise<void> => {
    // Given back already.
    if (!this.waiting.delete(item)) return
    try {
      await this.options.run(item, this.aborted.signal)
      this.done.push(item)
      void this.settle()
    } catch (error) {
      // Nowhere to put it: it goes back as it was.
      this.options.logger.error('the scheduler could not keep a message that failed', error)
      await this.giveBack([item])
    }
  }

  private async giveBackWaiting(): Promise<void> {
    const items = [...this.waiting]
    this.waiting.clear()
    if (items.length > 0) await this.giveBack(items)
  }

  private async giveBack(items: readonly ScheduledItem[]): Promise<void> {
    try {
      await this.options.schedule.release(items)
    } catch (error) {
      this.options.logger.error('the scheduler could not give messages back to its schedule', error)
    }
    for (const item of items) this.inHand.delete(item)
  }

  /** Tells the schedule what is done: at once all that has gathered while it was told last. */
  private settle(): Promise<void> {
    this.settling ??= this.settleAll().finally(() => {
      this.settling = undefined
    })
    return this.settling
  }

  private async settleAll(): Promise<void> {
    while (this.done.length > 0) {
      const items = this.done.splice(0)
      try {
        await this.options.schedule.settle(items)
      } catch (error) {
        // Told again with the next look; until then it stays in hand.
        this.done.push(...items)
        return this.options.logger.error('the scheduler could not tell its schedule what is done', error)
      }
      for (const item of items) this.inHand.delete(item)
    }
    this.lookAgain()
  }

  private lookAgain(): void {
    // Without a timer a look is under way.
    if (this.more && this.timer && !this.stopping.signal.aborted && this.inHand.size <= this.mostInHand / 2) this.look()
  }
}

/** What must be done one after another: events of one key, and what is scheduled under one cancel key. */
function laneOf({ cancelKey, work }: ScheduledItem): string | undefined {
  if (cancelKey !== undefined) return `cancel ${cancelKey}`
  if (work.kind !== 'publish' || work.envelope.partitionKey === undefined) return undefined
  return `publish ${work.envelope.topic} ${work.envelope.partitionKey}`
}
