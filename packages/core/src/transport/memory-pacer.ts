import type { Clock } from '../runtime/clock.js'

// A longer silence than this means that the event loop has turned.
const SILENCE_MS = 5
const BURST_MS = 10

/**
 * Runs steps soon: in a microtask, and after a burst of 10 ms only once the event loop has turned, so that timers and
 * sockets get their turn. A virtual clock does not move during a burst and thus never has to be moved for a delivery.
 */
export class MemoryPacer {
  private burstStart = Number.NEGATIVE_INFINITY
  private last = Number.NEGATIVE_INFINITY
  private held: (() => void)[] | undefined

  constructor(private readonly clock: () => Clock) {}

  soon(step: () => void): void {
    if (this.held !== undefined) {
      this.held.push(step)
      return
    }
    const clock = this.clock()
    const now = clock.monotonic()
    if (now - this.last > SILENCE_MS) this.burstStart = now
    this.last = now
    if (now - this.burstStart < BURST_MS) {
      void Promise.resolve().then(step)
      return
    }
    this.held = [step]
    clock.after(0, () => this.release())
  }

  private release(): void {
    const steps = this.held ?? []
    this.held = undefined
    this.burstStart = this.clock().monotonic()
    this.last = this.burstStart
    for (const step of steps) step()
  }
}
