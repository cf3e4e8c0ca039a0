import type { Clock, Timer } from '@gulo/core'

/** A clock that stands still until it is told to go on; timers fire as it passes them, earliest first. */
export class ManualClock implements Clock {
  private time: number
  private pending: { readonly at: number; readonly action: () => void }[] = []

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.time = start
  }

  now(): number {
    return this.time
  }

  monotonic(): number {
    return this.time
  }

  after(delayMs: number, action: () => void): Timer {
    const timer = { at: this.time + delayMs, action }
    this.pending.push(timer)
    return { cancel: () => void (this.pending = this.pending.filter((each) => each !== timer)) }
  }

  /** How many timers are set. */
  get timers(): number {
    return this.pending.length
  }

  /** Goes on by so many milliseconds and lets what was waiting for it run. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms
    for (let fired = 0; ; fired++) {
      if (fired === 1000) throw new Error('the clock does not come to rest')
      await turn()
      const [next] = this.pending.filter((each) => each.at <= end).toSorted((a, b) => a.at - b.at)
      if (next === undefined) break
      this.pending = this.pending.filter((each) => each !== next)
      this.time = Math.max(this.time, next.at)
      next.action()
    }
    this.time = end
    await turn()
  }
}

/** Lets everything run that waits for nothing but its turn. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
