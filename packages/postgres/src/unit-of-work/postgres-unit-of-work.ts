import { type MessageContext, type Runtime, sleep, type UnitOfWork } from '@gulo/core'
import type { SqlExecutor } from '../sql/executor.js'
import { isConflict } from '../sql/problems.js'
import { PostgresTransaction } from './postgres-transaction.js'
import type { IsolationLevel, TransactionRunner } from './transaction-runner.js'

export interface UnitOfWorkOptions {
  readonly isolation: IsolationLevel
  /** How often work is run again after a conflict with another transaction. */
  readonly conflictRetries: number
  readonly runtime: () => Runtime
}

/** Transactions of a store. */
export interface Transactions extends UnitOfWork {
  /** Runs `work` in a transaction of its own, for work that has no context; not run again after a conflict. */
  transact<T>(work: (transaction: PostgresTransaction) => Promise<T>): Promise<T>
  /**
   * Takes part in a transaction that the application itself has begun: `executor` runs statements in it. Whoever begins
   * it calls `flush()` as the last thing before the commit, and `end(committed)` after it.
   */
  enlist(executor: SqlExecutor, client?: unknown): PostgresTransaction
}

const FIRST_PAUSE_MS = 10

/** Runs work in a transaction of its own; after a conflict with another transaction it runs again. */
export class PostgresUnitOfWork implements Transactions {
  constructor(
    private readonly runner: TransactionRunner,
    private readonly options: UnitOfWorkOptions,
  ) {}

  /** @throws what the runner and the work throw */
  async run<T>(context: MessageContext, work: () => Promise<T>): Promise<T> {
    if (context.transaction !== undefined) return work()
    for (let tries = 0; ; tries++) {
      try {
        return await this.runOnce(context, work)
      } catch (error) {
        if (!isConflict(error) || tries >= this.options.conflictRetries) throw error
        const { clock, random } = this.options.runtime()
        await sleep(clock, FIRST_PAUSE_MS * 2 ** tries * random.next())
      }
    }
  }

  async transact<T>(work: (transaction: PostgresTransaction) => Promise<T>): Promise<T> {
    let transaction: PostgresTransaction | undefined
    try {
      const value = await this.runner.run(this.options.isolation, async (executor, client) => {
        // A library that runs its transactions again by itself begins anew with each.
        transaction?.end(false)
        transaction = this.enlist(executor, client)
        const answer = await work(transaction)
        await transaction.flush()
        return answer
      })
      transaction?.end(true)
      return value
    } catch (error) {
      transaction?.end(false)
      throw error
    }
  }

  enlist(executor: SqlExecutor, client: unknown = executor): PostgresTransaction {
    return new PostgresTransaction(executor, client)
  }

  private runOnce<T>(context: MessageContext, work: () => Promise<T>): Promise<T> {
    return this.transact(async (transaction) => {
      context.transaction = transaction
      try {
        return await work()
      } finally {
        context.transaction = undefined
      }
    })
  }
}
