import type { SqlResult, Statement, TransactionExecutor } from '../sql/executor.js'
import type { TransactionRunner } from '../unit-of-work/transaction-runner.js'
import { libraryTransactions, requireLibrary } from './library-transactions.js'
import { placeholderSplitter, type SplitStatement } from './placeholders.js'

/** What is used of Knex. */
export interface KnexLike {
  transaction<T>(
    work: (transaction: KnexTransactionLike) => Promise<T>,
    options?: { readonly isolationLevel?: 'read committed' | 'repeatable read' | 'serializable' },
  ): PromiseLike<T>
}

/** What is used of a transaction of Knex. */
export interface KnexTransactionLike {
  // biome-ignore lint/suspicious/noExplicitAny: Knex types bindings and answers of `raw` by the database
  raw(sql: string, bindings: readonly any[]): any
}

/**
 * Transactions of Knex; `client` is its `Knex.Transaction`. Knex does not tell a COMMIT that the server has answered with
 * a roll-back, so the transaction is asked before, where that can be. Nothing is kept prepared or pipelined.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function knexTransactions(knex: KnexLike): TransactionRunner {
  requireLibrary('knexTransactions', knex, ['transaction', 'raw'], 'what knex({ client: "pg", … }) gives')
  const split = placeholderSplitter()
  return libraryTransactions<KnexTransactionLike>({
    transaction: (isolation, work) =>
      knex.transaction(work, isolation === 'read committed' ? undefined : { isolationLevel: isolation }),
    executor: (transaction) => executorOf(transaction, split),
  })
}

/** Runs statements in a transaction of Knex. @throws GULO_CONFIGURATION_INVALID */
export function knexExecutor(transaction: KnexTransactionLike): TransactionExecutor {
  requireLibrary('knexExecutor', transaction, ['raw'], 'a transaction of Knex')
  return executorOf(transaction, placeholderSplitter())
}

function executorOf(
  transaction: KnexTransactionLike,
  split: ReturnType<typeof placeholderSplitter>,
): TransactionExecutor {
  return {
    query: async <Row>(statement: string | Statement, parameters: readonly unknown[] = []) => {
      const raw: Raw = transaction.raw(...toKnex(split(statement), parameters))
      const { rows, rowCount, command } = await unmapped(raw)
      return { rows, rowCount: rowCount ?? rows.length, command } as SqlResult<Row>
    },
  }
}

interface Raw extends PromiseLike<KnexResult> {
  client: { readonly config?: { readonly postProcessResponse?: unknown } }
}

interface KnexResult {
  readonly rows: readonly unknown[]
  readonly rowCount: number | null
  readonly command: string
}

// What the application wants done to its rows, such as other names of columns, is not to be done to these.
function unmapped(raw: Raw): Raw {
  const { client } = raw
  if (client.config?.postProcessResponse === undefined) return raw
  raw.client = Object.create(client, { postProcessResponse: { value: (response: unknown) => response } })
  return raw
}

/** Knex takes every question mark for a parameter, also inside of texts. */
function toKnex({ texts, indexes }: SplitStatement, parameters: readonly unknown[]): [string, unknown[]] {
  const sql = texts.map((each) => each.replaceAll('?', '\\?')).join('?')
  return [sql, indexes.map((index) => parameters[index] ?? null)]
}
