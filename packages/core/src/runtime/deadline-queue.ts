import type { Clock, Timer } from './clock.js'

/** The place of an entry in a queue of deadlines. */
export interface Deadline<T> {
  readonly entry: T
}

interface Place<T> extends Deadline<T> {
  readonly at: number
  before: Place<T> | undefined
  after: Place<T> | undefined
}

/**
 * The deadlines of many things, each as long as the others: the oldest is due first, so one timer is enough. A list and
 * no map: the old tables of a map, which it leaves behind as it goes on, would keep what has been taken out alive.
 */
export class DeadlineQueue<T> {
  private first: Place<T> | undefined
  private last: Place<T> | undefined
  private count = 0
  private timer: Timer | undefined

  /** `onDue` is given what is still in the queue after `deadlineMs` milliseconds, oldest first. */
  constructor(
    private readonly clock: Clock,
    private readonly deadlineMs: number,
    private readonly onDue: (due: readonly T[]) => void,
  ) {}

  /** Answers what the entry is taken out by. */
  add(entry: T): Deadline<T> {
    const place: Place<T> = {
      entry,
      at: this.clock.monotonic() + this.deadlineMs,
      before: this.last,
      after: undefined,
    }
    if (this.last === undefined) this.first = place
    else this.last.after = place
    this.last = place
    this.count += 1
    this.timer ??= this.clock.after(this.deadlineMs, () => this.fire())
    return place
  }

  /**
   * Takes an entry out, unless it has come due. The timer stays: setting one for every entry would cost more than all
   * else about it.
   */
  delete(deadline: Deadline<T>): void {
    const place = deadline as Place<T>
    const { before, after } = place
    if (before === undefined && this.first !== place) return
    if (before === undefined) this.first = after
    else before.after = after
    if (after === undefined) this.last = before
    else after.before = before
    place.before = undefined
    place.after = undefined
    this.count -= 1
  }

  get size(): number {
    return this.count
  }

  /** What is in it, oldest first. */
  entries(): readonly T[] {
    const entries: T[] = []
    for (let place = this.first; place !== undefined; place = place.after) entries.push(place.entry)
    return entries
  }

  /** Has nothing come due any more. */
  close(): void {
    this.timer?.cancel()
    this.timer = undefined
  }

  private fire(): void {
    this.timer = undefined
    const now = this.clock.monotonic()
    const due: T[] = []
    for (let place = this.first; place !== undefined; place = this.first) {
      if (place.at > now) {
        this.timer = this.clock.after(place.at - now, () => this.fire())
        break
      }
      due.push(place.entry)
      this.delete(place)
    }
    if (due.length > 0) this.onDue(due)
  }
}
