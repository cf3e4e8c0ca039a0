import type { Clock, Timer } from '@gulo/core'

// A partition that goes on and on gives the others their turn after so many times the wait for a slow one.
const LONGEST_TURN = 4

/** Waits for a partition's work for as long as it comes along, so that the client neither fetches nor joins meanwhile. */
export class Patience {
  private readonly clock: Clock
  private readonly waitMs: number
  private timer: Timer | undefined
  private end: (() => void) | undefined

  constructor(clock: Clock, waitMs: number) {
    this.clock = clock
    this.waitMs = waitMs
  }

  /** Resolves on `release`, or when `progress` has stood still for the wait. */
  hold(progress: () => number): Promise<void> {
    this.release()
    return new Promise((resolve) => {
      this.end = resolve
      this.watch(progress, 1)
    })
  }

  /** Has a wait that is under way end by `release` only. */
  insist(): void {
    this.timer?.cancel()
    this.timer = undefined
  }

  release(): void {
    this.insist()
    this.end?.()
    this.end = undefined
  }

  private watch(progress: () => number, turn: number): void {
    const before = progress()
    this.timer = this.clock.after(this.waitMs, () => {
      if (progress() === before || turn >= LONGEST_TURN) this.release()
      else this.watch(progress, turn + 1)
    })
  }
}
