import { coreFault, postgresFault } from '../faults.js'
import type { SqlExecutor, SqlResult, Statement } from '../sql/executor.js'
import { describeFound } from '../sql/problems.js'

/** Something to be done as the last thing before the commit, such as writing the events. */
export type Flush = (transaction: PostgresTransaction) => Promise<void>

/** An open transaction, which is `context.transaction` while a handler runs: SQL through it commits with the events. */
export class PostgresTransaction implements SqlExecutor {
  private readonly flushes: Flush[] = []
  private readonly endings: ((committed: boolean) => void)[] = []
  private doom: { readonly error: unknown } | undefined
  private state: 'open' | 'ending' | 'ended' = 'open'

  constructor(
    private readonly executor: SqlExecutor,
    /** The client of the library the transaction runs on, such as the `PoolClient` of pg. */
    readonly client: unknown,
  ) {}

  get open(): boolean {
    return this.state === 'open'
  }

  /** Runs a statement in the transaction. @throws POSTGRES_TRANSACTION_ENDED */
  query<Row extends object = Record<string, unknown>>(
    statement: string | Statement,
    parameters?: readonly unknown[],
  ): Promise<SqlResult<Row>> {
    if (this.state === 'ended') {
      return Promise.reject(postgresFault('POSTGRES_TRANSACTION_ENDED', { operation: 'A statement' }))
    }
    return this.executor.query<Row>(statement, parameters)
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

  /** Runs what is left to do before the commit. @throws what dooms it */
  async flush(): Promise<void> {
    if (this.doom !== undefined) throw this.doom.error
    this.state = 'ending'
    for (const flush of this.flushes.splice(0)) await flush(this)
  }

  /** Tells that it is over. */
  end(committed: boolean): void {
    if (this.state === 'ended') return
    this.state = 'ended'
    for (const ended of this.endings.splice(0)) ended(committed)
  }
}

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
