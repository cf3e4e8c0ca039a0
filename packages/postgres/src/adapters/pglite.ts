import type { SqlResult, TransactionExecutor } from '../sql/executor.js'
import type { PgPool, PgQuery, PgResult } from '../sql/pg.js'
import type { TransactionRunner } from '../unit-of-work/transaction-runner.js'
import { libraryTransactions, requireLibrary } from './library-transactions.js'

/** What is used of PGlite. */
export interface PgliteLike extends PgliteTransactionLike {
  transaction<T>(work: (transaction: PgliteTransactionLike) => Promise<T>): Promise<T>
}

/** What is used of a transaction of PGlite. */
export interface PgliteTransactionLike {
  query(text: string, parameters?: unknown[]): Promise<PgliteResult>
}

interface PgliteResult {
  // biome-ignore lint/suspicious/noExplicitAny: rows are what the statement says
  readonly rows: any[]
  readonly affectedRows?: number
}

/**
 * PGlite in the place of a pool, together with {@link pgliteTransactions}. It has one connection: whatever is done beside an
 * open transaction waits for its end, and what a handler awaits of another transaction it awaits for ever.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function pglitePool(database: PgliteLike): PgPool {
  requireLibrary('pglitePool', database, ['query', 'transaction'], 'new PGlite(…)')
  let last: Promise<unknown> = Promise.resolve()
  const query = (config: PgQuery) => run(database, config)
  return {
    query: (config) => (last = settled(last).then(() => query(config))) as Promise<PgResult>,
    async connect() {
      let release = () => {}
      const before = settled(last)
      last = new Promise<void>((resolve) => {
        release = resolve
      })
      await before
      return { query, release }
    },
  }
}

/**
 * Transactions of PGlite; `client` is its `Transaction`. There is one at a time, and the others wait without limit.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function pgliteTransactions(database: PgliteLike): TransactionRunner {
  requireLibrary('pgliteTransactions', database, ['query', 'transaction'], 'new PGlite(…)')
  return libraryTransactions<PgliteTransactionLike>({
    transaction: (isolation, work) =>
      database.transaction(async (transaction) => {
        if (isolation !== 'read committed') await transaction.query(`set transaction isolation level ${isolation}`)
        await work(transaction)
      }),
    executor: pgliteExecutor,
  })
}

/** Runs statements in a transaction of PGlite. @throws GULO_CONFIGURATION_INVALID */
export function pgliteExecutor(transaction: PgliteTransactionLike): TransactionExecutor {
  requireLibrary('pgliteExecutor', transaction, ['query'], 'a transaction of PGlite')
  return {
    async query<Row>(statement: string | { readonly text: string }, parameters: readonly unknown[] = []) {
      const text = typeof statement === 'string' ? statement : statement.text
      return (await run(transaction, { text, values: [...parameters] })) as unknown as SqlResult<Row>
    },
  }
}

async function run(
  target: PgliteTransactionLike,
  { text, values = [] }: PgQuery,
): Promise<PgResult & { rowCount: number }> {
  const { rows, affectedRows } = await target.query(text, values)
  return { rows, rowCount: rows.length > 0 ? rows.length : (affectedRows ?? 0) }
}

function settled(work: Promise<unknown>): Promise<unknown> {
  return work.catch(() => undefined)
}
