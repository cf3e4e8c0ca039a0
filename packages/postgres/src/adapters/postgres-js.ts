import type { SqlResult, Statement, TransactionExecutor } from '../sql/executor.js'
import type { TransactionRunner } from '../unit-of-work/transaction-runner.js'
import { arrayLiteral } from './array-literal.js'
import { libraryTransactions, requireLibrary } from './library-transactions.js'

/** What is used of postgres.js. */
export interface PostgresJsLike<Transaction extends PostgresJsTransactionLike> {
  begin(options: string, work: (transaction: Transaction) => Promise<void>): Promise<unknown>
  readonly options: PostgresJsOptionsLike
}

/** What is used of the options a client of postgres.js was made with. */
export interface PostgresJsOptionsLike {
  readonly prepare: boolean
  readonly transform: object
}

/** What is used of a transaction of postgres.js. */
export interface PostgresJsTransactionLike {
  // biome-ignore lint/suspicious/noExplicitAny: postgres.js types parameters by the types a client was made for
  unsafe(text: string, parameters?: any[], options?: { readonly prepare?: boolean }): PromiseLike<any>
  // biome-ignore lint/suspicious/noExplicitAny: a transaction of the same types
  savepoint(work: (transaction: any) => Promise<any>): Promise<any>
}

/**
 * Transactions of postgres.js; `client` is its `TransactionSql`. It rolls back when any statement has failed, whoever caught
 * that, unless behind a savepoint: use there the client that the savepoint gives. It waits for a free connection without
 * limit. Statements are prepared and pipelined.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function postgresJsTransactions<Transaction extends PostgresJsTransactionLike>(
  sql: PostgresJsLike<Transaction>,
): TransactionRunner {
  requireLibrary('postgresJsTransactions', sql, ['begin', 'unsafe'], 'what postgres(…) of postgres.js gives')
  return libraryTransactions<Transaction>({
    transaction: (isolation, work) =>
      sql.begin(isolation === 'read committed' ? '' : `isolation level ${isolation}`, work),
    executor: (transaction) => postgresJsExecutor(transaction, sql),
  })
}

/**
 * Runs statements in a transaction of postgres.js; `sql` is what has begun it, and knows what the client was made with.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function postgresJsExecutor(
  transaction: PostgresJsTransactionLike,
  sql: { readonly options: PostgresJsOptionsLike },
): TransactionExecutor {
  requireLibrary(
    'postgresJsExecutor',
    transaction,
    ['unsafe', 'savepoint'],
    'the sql that begin(…) of postgres.js gives',
  )
  requireLibrary('postgresJsExecutor', sql, ['begin'], 'the client that has begun the transaction as well')
  const { prepare, transform } = sql.options
  const nameOf = originalNames(transform)
  return {
    async query<Row>(statement: string | Statement, parameters: readonly unknown[] = []) {
      const kept = typeof statement === 'object' && prepare
      const text = typeof statement === 'string' ? statement : statement.text
      const answer = (await transaction.unsafe(text, parameters.map(toParameter), { prepare: kept })) as Answer
      const rows = nameOf === undefined ? [...answer] : answer.map((row) => renamed(row, nameOf))
      return { rows, rowCount: answer.count ?? rows.length, command: answer.command } as unknown as SqlResult<Row>
    },
    savepoint: (work) => transaction.savepoint((inner) => work(inner, postgresJsExecutor(inner, sql))),
  }
}

type Answer = readonly Record<string, unknown>[] & { readonly count: number | null; readonly command: string }

// Arrays as text: which types are arrays it knows only when it has been allowed to ask the server.
function toParameter(value: unknown): unknown {
  return Array.isArray(value) ? arrayLiteral(value) : (value ?? null)
}

type Rename = (name: string) => string

interface Transform {
  readonly column?: { readonly from?: unknown; readonly to?: Rename | undefined }
}

// What is set for names of columns holds for every statement; with `postgres.camel` and the like it can be undone.
function originalNames({ column }: Transform): Rename | undefined {
  return column?.from === undefined ? undefined : column.to
}

function renamed(row: Record<string, unknown>, nameOf: Rename): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [nameOf(name), value]))
}
