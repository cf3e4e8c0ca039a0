import type { Runtime, Timer } from '@gulo/core'

// Brokers close the channel of a consumer that keeps messages for half an hour.
const LONG_MS = 60_000

/** What is held back at the moment; a rest of a minute gives back to the broker what waits here. */
export class Rest {
  held: (topic: string) => boolean = () => false
  /** Whether nothing is to be consumed. */
  resting = false
  private timer: Timer | undefined
  private readonly waiting = new Set<() => void>()

  constructor(
    private readonly runtime: Runtime,
    private readonly giveBack: () => Promise<void>,
  ) {}

  /** Holds back what `held` says; with `all`, that is everything. */
  hold(held: (topic: string) => boolean, all: boolean): void {
    this.held = held
    if (all === this.resting) return
    if (!all) return this.end()
    this.resting = true
    this.timer = this.runtime.clock.after(LONG_MS, () => void this.giveBack())
  }

  /** Ends a rest of everything. */
  end(): void {
    this.resting = false
    this.timer?.cancel()
    for (const go of [...this.waiting]) go()
  }

  /** Resolves when it is not the time to rest. */
  async over(): Promise<void> {
    while (this.resting) {
      await new Promise<void>((resolve) => {
        const go = () => {
          this.waiting.delete(go)
          resolve()
        }
        this.waiting.add(go)
      })
    }
  }
}
