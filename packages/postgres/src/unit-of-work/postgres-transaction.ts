import { GuloError } from '@gulo/core'
import { coreFault, postgresFault } from '../faults.js'
import type { SqlExecutor, SqlResult, Statement, TransactionExecutor } from '../sql/executor.js'
import { describeFound } from '../sql/problems.js'
import { checkOpen } from './check-open.js'
import { Savepoints } from './savepoints.js'

/** Something to be done as the last thing before the commit, such as writing the events. */
export type Flush = (transaction: PostgresTransaction) => Promise<void>

/** An open transaction, which is `context.transaction` while a handler runs: SQL through it commits with the events. */
export class PostgresTransaction implements SqlExecutor {
  private readonly flushes: Flush[] = []
  private readonly endings: ((committed: boolean) => void)[] = []
  private readonly savepoints: Savepoints
  private doom: { readonly error: unknown } | undefined
  private state: 'open' | 'ending' | 'ended' = 'open'
  /** Whether it may have ended or failed without having been seen here. */
  private doubtful = false

  constructor(
    private readonly executor: TransactionExecutor,
    client: unknown,
  ) {
    this.savepoints = new Savepoints(executor, client)
    this.join(() => {
      const { doom } = this
      return () => {
        if (!GuloError.is(this.doom?.error, 'POSTGRES_SAVEPOINTS_CROSSED')) this.doom = doom
      }
    })
  }

  get open(): boolean {
    return this.state === 'open'
  }

  /** The client of the library the transaction runs on, such as the `PoolClient` of pg or the transaction of Knex. */
  get client(): unknown {
    this.doubtful = true
    return this.savepoints.client
  }

  /** Runs a statement in the transaction. @throws POSTGRES_TRANSACTION_ENDED */
  async query<Row extends object = Record<string, unknown>>(
    statement: string | Statement,
    parameters?: readonly unknown[],
  ): Promise<SqlResult<Row>> {
    if (this.state === 'ended') throw postgresFault('POSTGRES_TRANSACTION_ENDED', { operation: 'A statement' })
    if (typeof statement === 'string' && ENDS.test(statement)) this.doubtful = true
    try {
      return await this.savepoints.current.query<Row>(statement, parameters)
    } catch (error) {
      this.doubtful = true
      throw error
    }
  }

  /**
   * Runs `work` behind a savepoint: when it rejects, what was done, raised and published in it is taken back, the error
   * is passed on, and whoever catches it can go on. `work` is given the client to use within.
   * @throws POSTGRES_SAVEPOINTS_CROSSED, POSTGRES_TRANSACTION_ENDED, and what the work throws
   */
  async savepoint<T>(work: (client: unknown) => Promise<T>): Promise<T> {
    if (this.state === 'ended') throw postgresFault('POSTGRES_TRANSACTION_ENDED', { operation: 'A savepoint' })
    this.doubtful = true
    try {
      return await this.savepoints.run(work)
    } catch (error) {
      if (GuloError.is(error, 'POSTGRES_SAVEPOINTS_CROSSED')) this.doomedBy(error)
      throw error
    }
  }

  /** Has what is kept beside the database go back together with a savepoint: `mark` answers what brings it back. */
  join(mark: () => () => void): void {
    this.savepoints.join(mark)
  }

  /** Has `flush` run once, right before the commit. */
  beforeCommit(flush: Flush): void {
    this.flushes.push(flush)
  }

  /** Calls `listener` once the transaction has ended. */
  onEnd(listener: (committed: boolean) => void): void {
    this.endings.push(listener)
  }

  /** Makes the commit impossible: work has failed whose traces in this transaction must not stay. */
  doomedBy(error: unknown): void {
    this.doom ??= { error }
  }

  /** Runs what is left to do before the commit. @throws what dooms it, POSTGRES_COMMIT_FAILED, POSTGRES_TRANSACTION_LOST */
  async flush(): Promise<void> {
    if (this.doom !== undefined) throw this.doom.error
    await this.executor.writePending?.()
    this.state = 'ending'
    // Statements of a transaction that is over would each commit by itself: events of what has been rolled back.
    if (this.doubtful) await checkOpen(this.executor)
    for (const flush of this.flushes.splice(0)) await flush(this)
  }

  /** Tells that it is over. */
  end(committed: boolean): void {
    if (this.state === 'ended') return
    this.state = 'ended'
    for (const ended of this.endings.splice(0)) ended(committed)
  }
}

// A statement that ends a transaction, or a savepoint.
const ENDS = /^\s*(?:commit|end|rollback|abort|prepare)\b/i

/**
 * The open transaction that was handed over, `undefined` for none.
 * @throws POSTGRES_TRANSACTION_ENDED or POSTGRES_TRANSACTION_FOREIGN
 */
export function transactionOf(transaction: unknown, operation: string): PostgresTransaction | undefined {
  if (transaction === undefined) return undefined
  if (!(transaction instanceof PostgresTransaction)) {
    throw postgresFault('POSTGRES_TRANSACTION_FOREIGN', { operation, found: describeFound(transaction) })
  }
  if (transaction.open) return transaction
  throw postgresFault('POSTGRES_TRANSACTION_ENDED', { operation })
}

/**
 * The client of the library in the transaction of a handler, as the type that the library gives it:
 * `clientOf<Knex.Transaction>(context)`. Behind a savepoint it is the client to use there.
 * @throws POSTGRES_TRANSACTION_FOREIGN, POSTGRES_TRANSACTION_ENDED
 */
export function clientOf<Client>({ transaction }: { readonly transaction: unknown }): Client {
  const own = transactionOf(transaction ?? null, 'clientOf') as PostgresTransaction
  return own.client as Client
}

/** As {@link transactionOf}, for what makes no sense without one. @throws GULO_TRANSACTION_MISSING as well */
export function requiredTransaction(
  transaction: unknown,
  operation: string,
  unsent: readonly unknown[],
): PostgresTransaction {
  const own = transactionOf(transaction, operation)
  if (own === undefined) throw coreFault('GULO_TRANSACTION_MISSING', { count: unsent.length, unsent })
  return own
}
