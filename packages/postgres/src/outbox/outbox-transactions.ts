import type { TransactionExecutor } from '../sql/executor.js'
import type { PostgresTransaction } from '../unit-of-work/postgres-transaction.js'
import type { IsolationLevel, TransactionRunner } from '../unit-of-work/transaction-runner.js'

/** Publishes in transactions that are not those of a handler: pass what these give as `transaction`. */
export interface OutboxTransactions {
  /**
   * Runs `work` in a transaction of a library, such as `knexTransactions(knex)` runs them; writes the events as the last
   * thing before the commit, and tells the relay after it. Not run again after a conflict.
   * @throws what the runner and the work throw
   */
  transaction<T>(
    runner: TransactionRunner,
    work: (transaction: PostgresTransaction) => Promise<T>,
    options?: OutboxTransactionOptions,
  ): Promise<T>
  /**
   * Takes part in a transaction that the application itself has begun: `executor` runs statements in it, as
   * `knexExecutor(trx)` does. Whoever begins it calls `flush()` as the last thing before the commit, and
   * `end(committed)` after it.
   */
  enlist(executor: TransactionExecutor, client?: unknown): PostgresTransaction
}

export interface OutboxTransactionOptions {
  /** @default 'read committed' */
  readonly isolation?: IsolationLevel
}
