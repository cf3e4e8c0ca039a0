/** How much is done in one transaction. */
export interface BatchOptions {
  /** Most messages in one transaction. @default 100 */
  readonly size?: number
  /** How long handlers may hold one transaction before it commits, in milliseconds; a handler is never cut short. @default 100 */
  readonly maxMs?: number
}

// Handlers that take longer do not wait for the processor but for something else, and had better wait side by side.
const SLOW_MS = 2
// What handlers took is forgotten while they run alone, so that batches are tried again some time.
const FORGETTING = 0.95

/** How many messages to put into one transaction: fewer where handlers are slow, where one fails, and more again after that. */
export class BatchSize {
  readonly maxMs: number
  private readonly size: number
  private limit: number
  /** What one message has taken of late, in milliseconds. */
  private eachMs = 0

  constructor({ size = 100, maxMs = 100 }: BatchOptions) {
    this.size = size
    this.maxMs = maxMs
    this.limit = size
  }

  /** How many to take of so many queues that wait, when so many batches could begin at once. */
  next(waiting: number, free: number): number {
    const fitting = this.eachMs > 0 ? this.maxMs / this.eachMs : this.size
    const share = this.eachMs > SLOW_MS ? Math.ceil(waiting / free) : this.size
    return Math.max(1, Math.floor(Math.min(this.limit, fitting, share)))
  }

  /** So many messages have been handled together in so many milliseconds. */
  succeeded(count: number, ms: number): void {
    this.eachMs = this.eachMs === 0 ? ms / count : (this.eachMs * 3 + ms / count) / 4
    this.limit = Math.min(this.size, this.limit * 2)
  }

  /** A batch had to be rolled back. */
  failed(): void {
    this.limit = Math.max(1, this.limit / 4)
  }

  /** A message was handled alone. */
  alone(): void {
    this.eachMs *= FORGETTING
    this.limit = Math.min(this.size, this.limit + 0.25)
  }
}
