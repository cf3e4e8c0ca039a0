import { fault } from '../faults.js'
import { type MemoryTransaction, memoryTransactionOf } from '../publishing/memory-transaction.js'
import type { IdempotencyKeyStore, TransactionalKeys } from './idempotency-keys.js'

interface Entry {
  readonly state: 'in-progress' | 'done'
  readonly expiresAtMs: number
}

/** A transaction that has taken a key and is open. */
interface Holder {
  readonly transaction: MemoryTransaction
  readonly over: Promise<void>
}

/** Idempotency keys in memory. */
export class MemoryIdempotencyKeys implements IdempotencyKeyStore, TransactionalKeys {
  private readonly entries = new Map<string, Entry>()
  private readonly holders = new Map<string, Holder>()

  /** `now` gives milliseconds since 1970. */
  constructor(private readonly now: () => number) {}

  async has(key: string): Promise<boolean> {
    return this.live(key)?.state === 'done'
  }

  async put(key: string, ttlSeconds: number): Promise<void> {
    this.set(key, 'done', ttlSeconds)
  }

  async claim(key: string, ttlSeconds: number): Promise<'claimed' | 'in-progress' | 'done'> {
    const entry = this.live(key)
    if (entry !== undefined) return entry.state
    this.set(key, 'in-progress', ttlSeconds)
    return 'claimed'
  }

  /** @throws GULO_TRANSACTION_INVALID or GULO_DEADLOCK */
  async take(key: string, ttlSeconds: number, transaction: unknown): Promise<boolean> {
    const own = memoryTransactionOf(transaction, 'Taking a key')
    if (own === undefined) throw fault('GULO_TRANSACTION_INVALID', { operation: 'Taking a key', found: 'none' })
    for (let holder = this.holders.get(key); holder !== undefined; holder = this.holders.get(key)) {
      if (holder.transaction === own) return false
      await own.waitFor(holder.transaction, holder.over, `the key ${key}`)
    }
    if (this.live(key) !== undefined) return false
    const over = new Promise<void>((resolve) => {
      own.onEnd((committed) => {
        if (committed) this.set(key, 'done', ttlSeconds)
        this.holders.delete(key)
        resolve()
      })
    })
    this.holders.set(key, { transaction: own, over })
    return true
  }

  private set(key: string, state: Entry['state'], ttlSeconds: number): void {
    this.entries.set(key, { state, expiresAtMs: this.now() + ttlSeconds * 1000 })
  }

  private live(key: string): Entry | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined || entry.expiresAtMs > this.now()) return entry
    this.entries.delete(key)
    return undefined
  }
}
