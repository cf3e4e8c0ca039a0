import { type Clock, sleep } from '../runtime/clock.js'

/** Holds a subscription back for a time, whatever the wall clock does. Deliveries wait inside, so the broker keeps and counts them as in flight. */
export class Gate {
  private closedUntil = Number.NEGATIVE_INFINITY

  constructor(private readonly clock: Clock) {}

  /** Closes for so many milliseconds from now; a longer closing stays. */
  close(forMs: number): void {
    this.closedUntil = Math.max(this.closedUntil, this.clock.monotonic() + forMs)
  }

  get open(): boolean {
    return this.clock.monotonic() >= this.closedUntil
  }

  /** Resolves once the gate is open, or `signal` is aborted. */
  async pass(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.open) await sleep(this.clock, this.closedUntil - this.clock.monotonic(), signal)
  }
}
