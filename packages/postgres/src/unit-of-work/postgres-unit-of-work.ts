import { type MessageContext, type Runtime, sleep, type UnitOfWork } from '@gulo/core'
import type { TransactionExecutor } from '../sql/executor.js'
import { isConflict } from '../sql/problems.js'
import { PostgresTransaction } from './postgres-transaction.js'
import { runTransaction } from './run-transaction.js'
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
  enlist(executor: TransactionExecutor, client?: unknown): PostgresTransaction
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
    if (context.transaction !== undefined) {
      joinSink(context)
      return work()
    }
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

  transact<T>(work: (transaction: PostgresTransaction) => Promise<T>): Promise<T> {
    return runTransaction(this.runner, this.options.isolation, work)
  }

  enlist(executor: TransactionExecutor, client: unknown = executor): PostgresTransaction {
    return new PostgresTransaction(executor, client)
  }

  private runOnce<T>(context: MessageContext, work: () => Promise<T>): Promise<T> {
    return this.transact(async (transaction) => {
      context.transaction = transaction
      joinSink(context)
      try {
        return await work()
      } finally {
        context.transaction = undefined
      }
    })
  }
}

/** Events that were raised behind a savepoint go back with it. */
function joinSink({ transaction, sink }: MessageContext): void {
  if (sink === undefined || !(transaction instanceof PostgresTransaction)) return
  transaction.join(() => {
    const { domainEvents, integrationEvents } = sink
    const kept = [domainEvents.slice(), integrationEvents.slice()] as const
    return () => {
      ;[sink.domainEvents, sink.integrationEvents] = kept
    }
  })
}
