import type { AttemptLog, BatchAttemptLog, InboxMessage } from './inbox.js'

/** Counts unfinished attempts for as long as it is kept: a consumer that is dropped leaves its counts behind. */
export class MemoryAttemptLog implements AttemptLog, BatchAttemptLog {
  private readonly started = new Map<string, number>()

  async begin(consumer: string, messageId: string): Promise<number> {
    const key = keyOf({ consumer, messageId })
    const count = (this.started.get(key) ?? 0) + 1
    this.started.set(key, count)
    return count
  }

  async end(consumer: string, messageId: string): Promise<void> {
    this.started.delete(keyOf({ consumer, messageId }))
  }

  beginEach(messages: readonly InboxMessage[]): Promise<readonly number[]> {
    return Promise.all(messages.map(({ consumer, messageId }) => this.begin(consumer, messageId)))
  }

  async endEach(messages: readonly InboxMessage[]): Promise<void> {
    for (const message of messages) this.started.delete(keyOf(message))
  }

  async withdrawEach(messages: readonly InboxMessage[]): Promise<void> {
    for (const key of messages.map(keyOf)) {
      const count = (this.started.get(key) ?? 0) - 1
      if (count > 0) this.started.set(key, count)
      else this.started.delete(key)
    }
  }
}

function keyOf({ consumer, messageId }: InboxMessage): string {
  return JSON.stringify([consumer, messageId])
}
