import { type Clock, createRuntime, type Runtime, seededRandom } from '@gulo/core'

interface Waiting {
  readonly at: number
  readonly order: number
  readonly action: () => void
}

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  private time = 1_000_000
  private order = 0
  private readonly waiting = new Set<Waiting>()

  now(): number {
    return this.time
  }

  monotonic(): number {
    return this.time
  }

  after(delayMs: number, action: () => void) {
    this.order += 1
    const waiting: Waiting = { at: this.time + Math.max(0, delayMs), order: this.order, action }
    this.waiting.add(waiting)
    return { cancel: () => void this.waiting.delete(waiting) }
  }

  /** How many timers are set. */
  get pending(): number {
    return this.waiting.size
  }

  /** Lets time pass, one timer after another, and everything that follows from each. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms
    await settled()
    for (let next = this.next(until); next !== undefined; next = this.next(until)) {
      this.waiting.delete(next)
      this.time = Math.max(this.time, next.at)
      next.action()
      await settled()
    }
    this.time = until
  }

  private next(until: number): Waiting | undefined {
    const due = [...this.waiting].filter(({ at }) => at <= until)
    return due.sort((left, right) => left.at - right.at || left.order - right.order)[0]
  }
}

/** Resolves when everything that was waiting for promises has run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export function manualRuntime(): { readonly clock: ManualClock; readonly runtime: Runtime } {
  const clock = new ManualClock()
  return { clock, runtime: createRuntime({ clock, random: seededRandom(7) }) }
}
