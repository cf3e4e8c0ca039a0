import type { Stopwatch } from '../suite.js'

/** Counts messages from the first to the last one, and has the time of exactly that taken. */
export class Countdown {
  /** Resolves with the last message. */
  readonly done: Promise<void>
  private left: number
  private resolve: () => void = () => undefined

  constructor(
    private readonly times: number,
    private readonly watch: Stopwatch,
  ) {
    this.left = times
    this.done = new Promise((resolve) => {
      this.resolve = resolve
    })
  }

  arrived(): void {
    if (this.left === this.times) this.watch.start()
    this.left--
    if (this.left !== 0) return
    this.watch.stop()
    this.resolve()
  }
}
