import type { Clock } from '../runtime/clock.js'

interface Trouble {
  failures: number
  /** Not to be tried before, on the monotonic clock. */
  notBefore: number
}

const FIRST_MS = 100
const LONGEST_MS = 30_000

/** Which topics are to be left alone for now: one that refuses is tried less and less often, and no other suffers. */
export class TopicBreakers {
  private readonly troubles = new Map<string, Trouble>()
  private readonly underway = new Map<string, number>()

  constructor(private readonly clock: Clock) {}

  /** Topics that are resting, or whose last batch is still on its way. */
  leftOut(): readonly string[] {
    const now = this.clock.monotonic()
    const resting = [...this.troubles].filter(([, { notBefore }]) => notBefore > now).map(([topic]) => topic)
    return [...new Set([...resting, ...this.underway.keys()])]
  }

  /** Milliseconds until the next resting topic is to be tried; `undefined` when none rests. */
  nextInMs(): number | undefined {
    if (this.troubles.size === 0) return undefined
    const times = [...this.troubles.values()].map(({ notBefore }) => notBefore)
    return Math.max(0, Math.min(...times) - this.clock.monotonic())
  }

  begin(topic: string): void {
    this.underway.set(topic, (this.underway.get(topic) ?? 0) + 1)
  }

  /** A batch has come to its end. */
  end(topic: string, stored: boolean): void {
    const left = (this.underway.get(topic) ?? 1) - 1
    if (left === 0) this.underway.delete(topic)
    else this.underway.set(topic, left)
    const before = this.troubles.get(topic)
    if (stored) this.troubles.delete(topic)
    else {
      const failures = before?.failures ?? 0
      const restMs = Math.min(FIRST_MS * 2 ** failures, LONGEST_MS)
      this.troubles.set(topic, { failures: failures + 1, notBefore: this.clock.monotonic() + restMs })
    }
  }
}
