import { type Clock, nextTurn, type Timer, type TimerOptions } from '@gulo/core'

interface Pending {
  readonly dueMs: number
  readonly order: number
  readonly action: () => void
  readonly background: boolean
}

/** A clock that stands still until it is told to go on. Starts at 2026-01-01T00:00:00Z unless told otherwise. */
export class VirtualClock implements Clock {
  private readonly pending = new Set<Pending>()
  private currentMs: number
  private readonly startMs: number
  private orders = 0

  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.currentMs = startMs
    this.startMs = startMs
  }

  now(): number {
    return this.currentMs
  }

  monotonic(): number {
    return this.currentMs - this.startMs
  }

  after(delayMs: number, action: () => void, options?: TimerOptions): Timer {
    const timer = {
      dueMs: this.currentMs + Math.max(delayMs, 0),
      order: this.orders++,
      action,
      background: options?.background ?? false,
    }
    this.pending.add(timer)
    return { cancel: () => void this.pending.delete(timer) }
  }

  /** Goes on by `ms`, firing every timer on the way in its order and letting what it started run before the next. */
  async advance(ms: number): Promise<void> {
    const endMs = this.currentMs + ms
    await nextTurn()
    for (let next = this.next(endMs); next !== undefined; next = this.next(endMs)) {
      this.fire(next)
      await nextTurn()
    }
    this.currentMs = endMs
    await nextTurn()
  }

  /** When the next timer that keeps a process alive is due; `undefined` when there is none. */
  get nextDueMs(): number | undefined {
    const due = [...this.pending].filter((timer) => !timer.background).map((timer) => timer.dueMs)
    return due.length === 0 ? undefined : Math.min(...due)
  }

  private next(endMs: number): Pending | undefined {
    let next: Pending | undefined
    for (const timer of this.pending) {
      if (timer.dueMs > endMs) continue
      if (next === undefined || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order))
        next = timer
    }
    return next
  }

  private fire(timer: Pending): void {
    this.pending.delete(timer)
    this.currentMs = Math.max(this.currentMs, timer.dueMs)
    timer.action()
  }
}
