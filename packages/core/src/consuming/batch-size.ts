/** How much is done in one transaction. */
export interface BatchOptions {
  /** Most messages in one transaction. @default 100 */
  readonly size?: number
  /** How long handlers may hold one transaction before it commits, in milliseconds; a handler is never cut short. @default 100 */
  readonly maxMs?: number
}

// A handler that takes longer than this, and than a few statements such as the one that enters its batch, does not wait
// for a busy database but for something else: such handlers had better wait side by side.
const SLOW_MS = 2
const STATEMENTS = 3
// What handlers took is forgotten while they run alone, so that batches are tried again some time.
const FORGETTING = 0.95

/** How many messages to put into one transaction: fewer where handlers are slow, where one fails, and more again after that. */
export class BatchSize {
  readonly maxMs: number
  private readonly size: number
  private limit: number
  /** What one message has taken of late, in milliseconds. */
  private eachMs = 0
  /** What entering a batch has taken of late, in milliseconds. */
  private entryMs = 0

  constructor({ size = 100, maxMs = 100 }: BatchOptions) {
    this.size = size
    this.maxMs = maxMs
    this.limit = size
  }

  /** How many to take of so many queues that wait, when so many batches could begin at once. */
  next(waiting: number, free: number): number {
    const fitting = this.eachMs > 0 ? this.maxMs / this.eachMs : this.size
    const share = this.eachMs > Math.max(SLOW_MS, this.entryMs * STATEMENTS) ? Math.ceil(waiting / free) : this.size
    return Math.max(1, Math.floor(Math.min(this.limit, fitting, share)))
  }

  /** So many messages have been handled together in so many milliseconds, after they had been entered in `entryMs`. */
  succeeded(count: number, ms: number, entryMs: number): void {
    this.eachMs = blend(this.eachMs, ms / count)
    this.entryMs = blend(this.entryMs, entryMs)
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

function blend(before: number, now: number): number {
  return before === 0 ? now : (before * 3 + now) / 4
}
