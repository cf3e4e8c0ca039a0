import type { MessageContext } from '../message/context.js'
import { MemoryTransaction } from './memory-transaction.js'
import type { UnitOfWork } from './unit-of-work.js'

/** Gives every unit of work a {@link MemoryTransaction}. */
export class MemoryUnitOfWork implements UnitOfWork {
  private readonly open = new Set<MemoryTransaction>()

  async run<T>(context: MessageContext, work: () => Promise<T>): Promise<T> {
    if (context.transaction !== undefined) return work()
    const transaction = new MemoryTransaction()
    this.open.add(transaction)
    context.transaction = transaction
    try {
      const value = await work()
      transaction.commit()
      return value
    } catch (error) {
      transaction.rollback()
      throw error
    } finally {
      context.transaction = undefined
      this.open.delete(transaction)
    }
  }

  /** Rolls back every open transaction, as a database does when the process that opened them ends. */
  abandon(): void {
    for (const transaction of this.open) transaction.rollback()
    this.open.clear()
  }
}
