import { type Clock, sleep } from '../runtime/clock.js'

/** Work that has been begun: it is waited for a while, and goes on beside what comes next when it takes longer. */
export class Underway {
  private readonly works = new Set<Promise<unknown>>()

  constructor(
    private readonly clock: Clock,
    /** In milliseconds. */
    private readonly patienceMs: number,
  ) {}

  /** Resolves once all of it has ended, or patience has; `patient` waits however long it takes. */
  async wait(works: readonly Promise<unknown>[], patient: boolean): Promise<void> {
    if (works.length === 0) return
    const over = new AbortController()
    const ended = Promise.all(works).finally(() => {
      this.works.delete(ended)
      over.abort()
    })
    this.works.add(ended)
    if (patient) await ended
    else await Promise.race([ended, sleep(this.clock, this.patienceMs, over.signal)])
  }

  /** Resolves once nothing is on its way. */
  async done(): Promise<void> {
    await Promise.all(this.works)
  }
}
