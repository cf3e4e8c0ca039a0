import type { Clock } from '@gulo/core'
import { KafkaFailure } from '../client/client.js'
import { isUnreadable } from '../client/verdict.js'

const REMEMBERED_MS = 60_000

/**
 * Remembers for a minute that a batch could not be read. A group that joins looks well until it fetches that batch
 * again: without a memory it would be called well in between, and would join ever anew without a pause.
 */
export class Unreadable {
  private readonly clock: Clock
  private reason: string | undefined
  private at = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  note(error: unknown): void {
    if (!(error instanceof KafkaFailure) || !isUnreadable(error)) return
    this.reason = error.message
    this.at = this.clock.monotonic()
  }

  /** What could not be read, if that was a moment ago. */
  get lately(): string | undefined {
    return this.clock.monotonic() - this.at < REMEMBERED_MS ? this.reason : undefined
  }
}
