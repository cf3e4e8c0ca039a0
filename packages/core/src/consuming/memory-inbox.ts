import { fault } from '../faults.js'
import { type MemoryTransaction, memoryTransactionOf } from '../publishing/memory-transaction.js'
import type { BatchInbox, BatchWork, Inbox, InboxEntry, InboxMessage, InboxRetention } from './inbox.js'

interface Attempt {
  /** `undefined` for work without a transaction. */
  readonly transaction: MemoryTransaction | undefined
  /** Resolves when the work has ended, to whether it succeeded. */
  readonly worked: Promise<boolean>
  /** Resolves when nobody needs to wait any longer: it counts, or it is forgotten. */
  readonly over: Promise<void>
}

/** Says whether the work of an entry has succeeded. */
type Settle = (succeeded: boolean) => void

/** An inbox in memory; an entry is inserted first and held by its transaction like a row of a unique index. */
export class MemoryInbox implements Inbox, BatchInbox, InboxRetention {
  /** Oldest first. */
  private readonly doneAtMs = new Map<string, number>()
  private readonly attempts = new Map<string, Attempt>()

  /** `now` gives milliseconds since 1970; without `retentionMs` it remembers for ever. */
  constructor(
    private readonly now: () => number,
    readonly retentionMs: number | undefined,
  ) {}

  async once({ transaction, ...message }: InboxEntry, work: () => Promise<void>): Promise<'done' | 'duplicate'> {
    const own = memoryTransactionOf(transaction, 'The inbox')
    this.forgetExpired()
    const settle = await this.enter(message, own)
    if (settle === undefined) return 'duplicate'
    try {
      await work()
    } catch (error) {
      settle(false)
      throw error
    }
    settle(true)
    return 'done'
  }

  /** @throws GULO_TRANSACTION_MISSING, GULO_TRANSACTION_INVALID, GULO_DEADLOCK, and what the work throws */
  async onceEach(messages: readonly InboxMessage[], transaction: unknown, work: BatchWork): Promise<void> {
    const own = memoryTransactionOf(transaction, 'The inbox')
    if (own === undefined) throw fault('GULO_TRANSACTION_INVALID', { operation: 'The inbox', found: 'none' })
    this.forgetExpired()
    const entered = new Map<number, Settle>()
    const settleFrom = (from: number, succeeded: boolean) => {
      for (const [index, settle] of entered) if (index >= from) settle(succeeded)
    }
    try {
      await this.enterAll(messages, own, entered)
      const seenTo = await work(messages.map((_, index) => entered.has(index)))
      settleFrom(seenTo, false)
      for (const [index, settle] of entered) if (index < seenTo) settle(true)
    } catch (error) {
      settleFrom(0, false)
      throw error
    }
  }

  private async enterAll(messages: readonly InboxMessage[], own: MemoryTransaction, entered: Map<number, Settle>) {
    const first = new Map<string, number>()
    for (const [index, key] of messages.map(keyOf).entries()) if (!first.has(key)) first.set(key, index)
    // In one order for everybody: two batches never wait for one another's messages crosswise.
    for (const key of [...first.keys()].sort()) {
      const index = first.get(key) as number
      const settle = await this.enter(messages[index] as InboxMessage, own)
      if (settle !== undefined) entered.set(index, settle)
    }
  }

  /** Enters a message; answers how to say what became of its work, `undefined` when it is done already. */
  private async enter(message: InboxMessage, own: MemoryTransaction | undefined): Promise<Settle | undefined> {
    const key = keyOf(message)
    const wanted = `the inbox entry ${message.messageId} of ${message.consumer}`
    for (let other = this.attempts.get(key); other !== undefined; other = this.attempts.get(key)) {
      if (await this.decided(other, own, wanted)) return undefined
    }
    return this.doneAtMs.has(key) ? undefined : this.begin(key, own)
  }

  /** Waits for an earlier attempt; answers whether it counts already for `own`, which may be its own transaction. */
  private async decided(other: Attempt, own: MemoryTransaction | undefined, wanted: string): Promise<boolean> {
    if (own !== undefined && other.transaction === own) return other.worked
    if (own !== undefined && other.transaction !== undefined) await own.waitFor(other.transaction, other.over, wanted)
    else await other.over
    return false
  }

  private begin(key: string, transaction: MemoryTransaction | undefined): Settle {
    const over = deferred<void>()
    const worked = deferred<boolean>()
    let succeeded = false
    const end = (counts: boolean) => {
      if (this.attempts.get(key)?.over !== over.promise) return
      if (counts) this.doneAtMs.set(key, this.now())
      this.attempts.delete(key)
      over.resolve()
    }
    transaction?.onEnd((committed) => end(committed && succeeded))
    this.attempts.set(key, { transaction, worked: worked.promise, over: over.promise })
    return (ok) => {
      succeeded = ok
      if (!ok || transaction === undefined) end(ok)
      worked.resolve(ok)
    }
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

function keyOf({ consumer, messageId }: InboxMessage): string {
  return JSON.stringify([consumer, messageId])
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
