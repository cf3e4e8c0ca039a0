import type { Clock } from '../runtime/clock.js'

/** Waits that something may end: a doze is ended by a call, a sleep only by its time or by the end of everything. */
export class Nap {
  private woken = false
  private over = false
  private rise: (() => void) | undefined
  private deep = false

  constructor(private readonly clock: Clock) {}

  /** Forgets calls so far: what they were about is looked at now. */
  forget(): void {
    this.woken = false
  }

  /** Ends a doze, or keeps the next one from beginning. */
  wake(): void {
    this.woken = true
    if (!this.deep) this.rise?.()
  }

  /** Ends whatever is under way and all that comes. */
  end(): void {
    this.over = true
    this.rise?.()
  }

  doze(delayMs: number): Promise<void> {
    return this.woken ? Promise.resolve() : this.rest(delayMs, false)
  }

  sleep(delayMs: number): Promise<void> {
    return this.rest(delayMs, true)
  }

  private rest(delayMs: number, deep: boolean): Promise<void> {
    if (this.over) return Promise.resolve()
    this.deep = deep
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel()
        this.rise = undefined
        resolve()
      }
      const timer = this.clock.after(delayMs, done, { background: true })
      this.rise = done
    })
  }
}
