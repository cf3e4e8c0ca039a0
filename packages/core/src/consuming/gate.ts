import { type Clock, sleep } from '../runtime/clock.js'

/** Holds a subscription back for a time, whatever the wall clock does. Deliveries wait inside, so the broker keeps and counts them as in flight. */
export class Gate {
  private closedUntil = Number.NEGATIVE_INFINITY
  private held = false
  private readonly waiting = new Set<() => void>()

  constructor(private readonly clock: Clock) {}

  /** Closes for so many milliseconds from now; a longer closing stays. */
  close(forMs: number): void {
    this.closedUntil = Math.max(this.closedUntil, this.clock.monotonic() + forMs)
  }

  /** Closes until it is released, however long that takes. */
  hold(): void {
    this.held = true
  }

  /** Ends a hold; a closing for a time stays. */
  release(): void {
    this.held = false
    for (const go of [...this.waiting]) go()
  }

  get open(): boolean {
    if (this.held) return false
    // Never closed, or known to be over: then the time, which costs something for each message, is not asked for.
    if (this.closedUntil === Number.NEGATIVE_INFINITY) return true
    if (this.clock.monotonic() < this.closedUntil) return false
    this.closedUntil = Number.NEGATIVE_INFINITY
    return true
  }

  /** Resolves once the gate is open, or `signal` is aborted. */
  async pass(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.open) {
      if (this.held) await this.released(signal)
      else await sleep(this.clock, this.closedUntil - this.clock.monotonic(), signal)
    }
  }

  private released(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        this.waiting.delete(go)
        signal.removeEventListener('abort', go)
        resolve()
      }
      this.waiting.add(go)
      signal.addEventListener('abort', go, { once: true })
    })
  }
}
