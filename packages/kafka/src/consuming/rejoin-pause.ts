import type { Random } from '@gulo/core'

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000

/** Pauses before a group is joined again, in milliseconds: longer with each, by chance more or less. */
export class RejoinPause {
  private pauseMs = FIRST_PAUSE_MS

  constructor(private readonly random: Random) {}

  next(): number {
    const pauseMs = this.pauseMs * (0.5 + this.random.next())
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS)
    return pauseMs
  }

  reset(): void {
    this.pauseMs = FIRST_PAUSE_MS
  }
}
