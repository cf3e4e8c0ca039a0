import type { Clock, Timer } from './clock.js'

/** The deadlines of many things, each as long as the others: the oldest is due first, so one timer is enough. */
export class DeadlineQueue<T> {
  private readonly dueAt = new Map<T, number>()
  private timer: Timer | undefined

  /** `onDue` is given what is still in the queue after `deadlineMs` milliseconds, oldest first. */
  constructor(
    private readonly clock: Clock,
    private readonly deadlineMs: number,
    private readonly onDue: (due: readonly T[]) => void,
  ) {}

  add(entry: T): void {
    this.dueAt.set(entry, this.clock.monotonic() + this.deadlineMs)
    this.timer ??= this.clock.after(this.deadlineMs, () => this.fire())
  }

  /** Takes an entry out. The timer stays: setting one for every entry would cost more than all else about it. */
  delete(entry: T): void {
    this.dueAt.delete(entry)
  }

  get size(): number {
    return this.dueAt.size
  }

  /** What is in it, oldest first. */
  entries(): readonly T[] {
    return [...this.dueAt.keys()]
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
    for (const [entry, at] of this.dueAt) {
      if (at > now) {
        this.timer = this.clock.after(at - now, () => this.fire())
        break
      }
      due.push(entry)
      this.dueAt.delete(entry)
    }
    if (due.length > 0) this.onDue(due)
  }
}
