import type { TransactionExecutor } from '../sql/executor.js'

export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable'

/** Runs transactions the way of one database library. */
export interface TransactionRunner {
  /**
   * Begins a transaction, runs `work` in it, and commits; rolls back when `work` rejects, and rejects with the same error.
   * `client` is what the library gives its users to work with in the transaction.
   */
  run<T>(isolation: IsolationLevel, work: (executor: TransactionExecutor, client: unknown) => Promise<T>): Promise<T>
}
