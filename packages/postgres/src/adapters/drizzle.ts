import { type SQL, sql } from 'drizzle-orm'
import type { SqlResult, Statement, TransactionExecutor } from '../sql/executor.js'
import type { IsolationLevel, TransactionRunner } from '../unit-of-work/transaction-runner.js'
import { libraryTransactions, requireLibrary } from './library-transactions.js'
import { placeholderSplitter, type SplitStatement } from './placeholders.js'

/** What is used of a database of Drizzle, over `node-postgres`, `postgres-js` or `pglite`. */
export interface DrizzleLike<Transaction extends DrizzleTransactionLike> {
  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    options?: { readonly isolationLevel?: IsolationLevel },
  ): Promise<T>
}

/** What is used of a transaction of Drizzle. */
export interface DrizzleTransactionLike {
  execute(query: SQL): PromiseLike<unknown>
  // biome-ignore lint/suspicious/noExplicitAny: a transaction of the same types
  transaction<T>(work: (transaction: any) => Promise<T>): Promise<T>
}

/**
 * Transactions of Drizzle; `client` is its transaction. Drizzle does not tell a COMMIT that the server has answered with a
 * roll-back, so the transaction is asked before, where that can be. Over postgres.js, what is said of that holds as well.
 * Nothing is kept prepared.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function drizzleTransactions<Transaction extends DrizzleTransactionLike>(
  database: DrizzleLike<Transaction>,
): TransactionRunner {
  requireLibrary('drizzleTransactions', database, ['transaction', 'execute'], 'what drizzle(…) gives')
  const split = placeholderSplitter()
  return libraryTransactions<Transaction>({
    transaction: (isolation, work) =>
      database.transaction(work, isolation === 'read committed' ? undefined : { isolationLevel: isolation }),
    executor: (transaction) => executorOf(transaction, split),
  })
}

/** Runs statements in a transaction of Drizzle. @throws GULO_CONFIGURATION_INVALID */
export function drizzleExecutor(transaction: DrizzleTransactionLike): TransactionExecutor {
  requireLibrary('drizzleExecutor', transaction, ['transaction', 'execute'], 'a transaction of Drizzle')
  return executorOf(transaction, placeholderSplitter())
}

function executorOf(
  transaction: DrizzleTransactionLike,
  split: ReturnType<typeof placeholderSplitter>,
): TransactionExecutor {
  return {
    async query<Row>(statement: string | Statement, parameters: readonly unknown[] = []) {
      return toResult<Row>((await transaction.execute(toSql(split(statement), parameters))) as Answer)
    },
    savepoint: (work) => transaction.transaction((inner) => work(inner, executorOf(inner, split))),
  }
}

/** What the drivers answer: an array with a count, or an object with rows. */
type Answer = readonly unknown[] & {
  readonly rows?: readonly unknown[]
  readonly rowCount?: number | null
  readonly affectedRows?: number
  readonly count?: number | null
}

function toResult<Row>(answer: Answer): SqlResult<Row> {
  const rows = answer.rows ?? [...answer]
  const rowCount = answer.rowCount ?? answer.count ?? (rows.length > 0 ? rows.length : (answer.affectedRows ?? 0))
  return { rows, rowCount } as unknown as SqlResult<Row>
}

function toSql({ texts, indexes }: SplitStatement, parameters: readonly unknown[]): SQL {
  const query = sql.raw(texts[0] ?? '')
  for (const [position, index] of indexes.entries()) {
    query.append(sql`${sql.param(parameters[index] ?? null)}`)
    query.append(sql.raw(texts[position + 1] ?? ''))
  }
  return query
}
