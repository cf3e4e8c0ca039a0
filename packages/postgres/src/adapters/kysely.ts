import type { SqlResult, TransactionExecutor } from '../sql/executor.js'
import type { TransactionRunner } from '../unit-of-work/transaction-runner.js'
import { libraryTransactions, requireLibrary } from './library-transactions.js'

/** What is used of Kysely. */
export interface KyselyLike<Transaction extends KyselyTransactionLike> {
  transaction(): KyselyTransactions<Transaction>
}

/** What begins transactions of Kysely. */
export interface KyselyTransactions<Transaction> {
  setIsolationLevel(isolation: 'repeatable read' | 'serializable'): KyselyTransactions<Transaction>
  execute<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
}

/** What is used of a transaction of Kysely. */
export interface KyselyTransactionLike {
  withoutPlugins(): {
    executeQuery(query: never): Promise<{ readonly rows: unknown[]; readonly numAffectedRows?: bigint | undefined }>
  }
}

/**
 * Transactions of Kysely; `client` is its `Transaction`. Kysely does not tell a COMMIT that the server has answered with a
 * roll-back, so the transaction is asked before, where that can be. Nothing is kept prepared or pipelined.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function kyselyTransactions<Transaction extends KyselyTransactionLike>(
  kysely: KyselyLike<Transaction>,
): TransactionRunner {
  requireLibrary('kyselyTransactions', kysely, ['transaction', 'withoutPlugins'], 'new Kysely(…)')
  return libraryTransactions<Transaction>({
    transaction(isolation, work) {
      const transaction = kysely.transaction()
      return (isolation === 'read committed' ? transaction : transaction.setIsolationLevel(isolation)).execute(work)
    },
    executor: kyselyExecutor,
  })
}

/** Runs statements in a transaction of Kysely. @throws GULO_CONFIGURATION_INVALID */
export function kyselyExecutor(transaction: KyselyTransactionLike): TransactionExecutor {
  requireLibrary('kyselyExecutor', transaction, ['withoutPlugins'], 'a transaction of Kysely')
  // A plugin may give columns other names.
  const plain = transaction.withoutPlugins()
  return {
    query: async <Row>(statement: string | { readonly text: string }, parameters: readonly unknown[] = []) => {
      const sql = typeof statement === 'string' ? statement : statement.text
      const { rows, numAffectedRows } = await plain.executeQuery(compiled(sql, parameters) as never)
      return { rows, rowCount: Number(numAffectedRows ?? rows.length) } as unknown as SqlResult<Row>
    },
  }
}

/** What `CompiledQuery.raw` of Kysely makes. */
function compiled(sql: string, parameters: readonly unknown[]): object {
  return {
    sql,
    parameters,
    query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
    queryId: { queryId: 'gulo' },
  }
}
