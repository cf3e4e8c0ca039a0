import type { Runtime } from '@gulo/core'

/** Pauses that double from the initial one to the longest, less up to half by chance; what held for long starts anew. */
export class Backoff {
  private attempt = 0
  private upSince: number | undefined

  constructor(
    private readonly initialDelayMs: number,
    private readonly maxDelayMs: number,
    private readonly runtime: Runtime,
  ) {}

  /** The next pause, in milliseconds. */
  next(): number {
    const { clock, random } = this.runtime
    // What comes up and breaks at once, again and again, is not to be tried without pause.
    if (this.upSince !== undefined && clock.monotonic() - this.upSince > this.maxDelayMs) this.attempt = 0
    this.upSince = undefined
    const pause = Math.min(this.maxDelayMs, this.initialDelayMs * 2 ** this.attempt)
    if (pause < this.maxDelayMs) this.attempt++
    return pause * (1 - random.next() / 2)
  }

  /** Remembers that it works from now on. */
  up(): void {
    this.upSince = this.runtime.clock.monotonic()
  }
}
