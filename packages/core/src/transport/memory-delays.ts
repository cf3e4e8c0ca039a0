import type { Clock, Timer } from '../runtime/clock.js'

interface Delayed {
  readonly dueAt: number
  readonly act: () => void
}

/** What a memory broker does later. It keeps the process alive while its transport runs, and no longer. */
export class MemoryDelays {
  private readonly pending = new Map<Delayed, Timer>()
  private background = false

  constructor(private readonly clock: () => Clock) {}

  add(delayMs: number, act: () => void): void {
    this.arm({ dueAt: this.clock().monotonic() + delayMs, act })
  }

  /** Lets the process end before they are due; should it not, they are done nevertheless. */
  release(): void {
    this.background = true
    for (const [delayed, timer] of this.pending) {
      timer.cancel()
      this.arm(delayed)
    }
  }

  private arm(delayed: Delayed): void {
    const clock = this.clock()
    const { background } = this
    const timer = clock.after(Math.max(0, delayed.dueAt - clock.monotonic()), () => this.fire(delayed), { background })
    this.pending.set(delayed, timer)
  }

  // A timer may fire early: those of Node by a fraction, and all that are longer than it knows.
  private fire(delayed: Delayed): void {
    if (this.clock().monotonic() < delayed.dueAt) return this.arm(delayed)
    this.pending.delete(delayed)
    delayed.act()
  }
}
