import { fault } from '../faults.js'
import { describeValue } from '../message/message.js'

/** A transaction in memory: writes are gathered and applied together at its commit, or dropped. */
export class MemoryTransaction {
  private readonly checks: (() => void)[] = []
  private readonly writes: (() => void)[] = []
  private readonly endings: ((committed: boolean) => void)[] = []
  private readonly waitsFor = new Set<MemoryTransaction>()
  private state: 'open' | 'committed' | 'rolled back' = 'open'

  get open(): boolean {
    return this.state === 'open'
  }

  /** Applies `apply` at the commit; it must not throw. */
  write(apply: () => void): void {
    this.checkOpen('A write')
    this.writes.push(apply)
  }

  /** Looks at the commit, before any write, whether it may happen: what `check` throws rolls everything back. */
  verify(check: () => void): void {
    this.checkOpen('A check')
    this.checks.push(check)
  }

  /** Calls `listener` once the transaction has ended, after the writes. */
  onEnd(listener: (committed: boolean) => void): void {
    this.checkOpen('A listener')
    this.endings.push(listener)
  }

  /** Waits for `ending`, which is up to `other`. @throws GULO_DEADLOCK when that one waits for this one already */
  async waitFor(other: MemoryTransaction, ending: Promise<unknown>, wanted: string): Promise<void> {
    if (other.reaches(this)) throw fault('GULO_DEADLOCK', { wanted })
    this.waitsFor.add(other)
    await ending
    this.waitsFor.delete(other)
  }

  /** Applies every write; when a check throws, none: the transaction is open still and has to be rolled back. */
  commit(): void {
    this.checkOpen('The commit')
    for (const check of this.checks) check()
    this.state = 'committed'
    for (const apply of this.writes) apply()
    for (const ended of this.endings) ended(true)
  }

  /** Drops every write; does nothing to a transaction that has ended. */
  rollback(): void {
    if (!this.open) return
    this.state = 'rolled back'
    for (const ended of this.endings) ended(false)
  }

  private reaches(target: MemoryTransaction): boolean {
    return this === target || [...this.waitsFor].some((other) => other.reaches(target))
  }

  private checkOpen(operation: string): void {
    if (!this.open)
      throw fault('GULO_TRANSACTION_INVALID', { operation, found: `a transaction that was ${this.state}` })
  }
}

/** The open transaction that was handed over, `undefined` for none. @throws GULO_TRANSACTION_INVALID for anything else */
export function memoryTransactionOf(transaction: unknown, operation: string): MemoryTransaction | undefined {
  if (transaction === undefined) return undefined
  if (transaction instanceof MemoryTransaction) {
    if (transaction.open) return transaction
    throw fault('GULO_TRANSACTION_INVALID', { operation, found: 'a transaction that has ended' })
  }
  const found = describeValue(transaction)
  const elsewhere = found.endsWith(` ${MemoryTransaction.name}`) ? ' of another copy of @gulo/core' : ''
  throw fault('GULO_TRANSACTION_INVALID', { operation, found: found + elsewhere })
}
