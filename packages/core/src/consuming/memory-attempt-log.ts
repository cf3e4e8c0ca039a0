import type { AttemptLog } from './inbox.js'

/** Counts unfinished attempts for as long as it is kept: a consumer that is dropped leaves its counts behind. */
export class MemoryAttemptLog implements AttemptLog {
  private readonly started = new Map<string, number>()

  async begin(consumer: string, messageId: string): Promise<number> {
    const key = JSON.stringify([consumer, messageId])
    const count = (this.started.get(key) ?? 0) + 1
    this.started.set(key, count)
    return count
  }

  async end(consumer: string, messageId: string): Promise<void> {
    this.started.delete(JSON.stringify([consumer, messageId]))
  }
}
