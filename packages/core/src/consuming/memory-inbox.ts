import { type MemoryTransaction, memoryTransactionOf } from '../publishing/memory-transaction.js'
import type { Inbox, InboxEntry, InboxRetention } from './inbox.js'

interface Attempt {
  /** `undefined` for work without a transaction. */
  readonly transaction: MemoryTransaction | undefined
  /** Resolves when the work has ended, to whether it succeeded. */
  readonly worked: Promise<boolean>
  /** Resolves when nobody needs to wait any longer: it counts, or it is forgotten. */
  readonly over: Promise<void>
}

/** An inbox in memory; an entry is inserted first and held by its transaction like a row of a unique index. */
export class MemoryInbox implements Inbox, InboxRetention {
  /** Oldest first. */
  private readonly doneAtMs = new Map<string, number>()
  private readonly attempts = new Map<string, Attempt>()

  /** `now` gives milliseconds since 1970; without `retentionMs` it remembers for ever. */
  constructor(
    private readonly now: () => number,
    readonly retentionMs: number | undefined,
  ) {}

  async once(
    { consumer, messageId, transaction }: InboxEntry,
    work: () => Promise<void>,
  ): Promise<'done' | 'duplicate'> {
    const own = memoryTransactionOf(transaction, 'The inbox')
    const key = JSON.stringify([consumer, messageId])
    this.forgetExpired()
    for (let other = this.attempts.get(key); other !== undefined; other = this.attempts.get(key)) {
      if (await this.decided(other, own, `the inbox entry ${messageId} of ${consumer}`)) return 'duplicate'
    }
    if (this.doneAtMs.has(key)) return 'duplicate'
    await this.attempt(key, own, work)
    return 'done'
  }

  /** Waits for an earlier attempt; answers whether it counts already for `own`, which may be its own transaction. */
  private async decided(other: Attempt, own: MemoryTransaction | undefined, wanted: string): Promise<boolean> {
    if (own !== undefined && other.transaction === own) return other.worked
    if (own !== undefined && other.transaction !== undefined) await own.waitFor(other.transaction, other.over, wanted)
    else await other.over
    return false
  }

  private async attempt(
    key: string,
    transaction: MemoryTransaction | undefined,
    work: () => Promise<void>,
  ): Promise<void> {
    const over = deferred<void>()
    const worked = deferred<boolean>()
    let succeeded = false
    const end = (counts: boolean) => {
      if (counts) this.remember(key)
      this.attempts.delete(key)
      over.resolve()
    }
    const current = () => this.attempts.get(key)?.over === over.promise
    transaction?.onEnd((committed) => {
      if (current()) end(committed && succeeded)
    })
    this.attempts.set(key, { transaction, worked: worked.promise, over: over.promise })
    try {
      await work()
      succeeded = true
      if (transaction === undefined) end(true)
    } catch (error) {
      if (current()) end(false)
      throw error
    } finally {
      worked.resolve(succeeded)
    }
  }

  private remember(key: string): void {
    this.doneAtMs.set(key, this.now())
  }

  private forgetExpired(): void {
    if (this.retentionMs === undefined) return
    const horizon = this.now() - this.retentionMs
    for (const [key, doneAtMs] of this.doneAtMs) {
      if (doneAtMs > horizon) return
      this.doneAtMs.delete(key)
    }
  }
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
