import type { SqlResult, Statement, TransactionExecutor } from '../sql/executor.js'
import type { TransactionRunner } from '../unit-of-work/transaction-runner.js'
import { libraryTransactions, requireLibrary } from './library-transactions.js'
import { placeholderSplitter, type SplitStatement } from './placeholders.js'

/** What is used of Sequelize 6. */
export interface SequelizeLike<Transaction> {
  transaction<T>(options: never, work: (transaction: Transaction) => PromiseLike<T>): Promise<T>
  query(text: string, options: never): Promise<unknown>
}

/**
 * Managed transactions of Sequelize 6; `client` is its `Transaction`. Sequelize does not tell a COMMIT that the server has
 * answered with a roll-back, so the transaction is asked before, where that can be. Nothing is kept prepared or pipelined.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function sequelizeTransactions<Transaction>(sequelize: SequelizeLike<Transaction>): TransactionRunner {
  requireLibrary('sequelizeTransactions', sequelize, ['transaction', 'query'], 'new Sequelize(…)')
  const split = placeholderSplitter()
  return libraryTransactions<Transaction>({
    transaction: (isolation, work) => sequelize.transaction({ isolationLevel: isolation.toUpperCase() } as never, work),
    executor: (transaction) => executorOf(sequelize, transaction, split),
  })
}

/** Runs statements in a transaction of Sequelize 6. @throws GULO_CONFIGURATION_INVALID */
export function sequelizeExecutor<Transaction>(
  sequelize: SequelizeLike<Transaction>,
  transaction: Transaction,
): TransactionExecutor {
  requireLibrary('sequelizeExecutor', sequelize, ['query'], 'new Sequelize(…)')
  requireLibrary('sequelizeExecutor', transaction, ['commit', 'rollback'], 'a transaction of Sequelize')
  return executorOf(sequelize, transaction, placeholderSplitter())
}

function executorOf<Transaction>(
  sequelize: SequelizeLike<Transaction>,
  transaction: Transaction,
  split: ReturnType<typeof placeholderSplitter>,
): TransactionExecutor {
  return {
    async query<Row>(statement: string | Statement, parameters: readonly unknown[] = []) {
      const { text, bind } = toSequelize(split(statement), parameters)
      const options = { transaction, ...(bind.length > 0 && { bind }) }
      const [rows, answer] = (await sequelize.query(text, options as never)) as [Row[] | undefined, Answer]
      // Of an insert it tells the number of rows, of anything else what the driver has answered.
      const rowCount = typeof answer === 'number' ? answer : (answer?.rowCount ?? rows?.length ?? 0)
      return { rows: rows ?? [], rowCount } as SqlResult<Row>
    },
  }
}

type Answer = number | { readonly rowCount?: number | null } | undefined

interface Bound {
  readonly text: string
  readonly bind: unknown[]
}

// It takes every dollar sign for a parameter, also inside of texts and comments, unless that is doubled.
function toSequelize({ texts, indexes }: SplitStatement, parameters: readonly unknown[]): Bound {
  if (parameters.length === 0) return { text: texts.join(''), bind: [] }
  const [first = '', ...others] = texts.map((each) => each.replace(/\B\$/g, '$$$$'))
  const rest = others.map((each, position) => `$${(indexes[position] ?? 0) + 1}${each}`)
  return { text: first + rest.join(''), bind: parameters.map((value) => value ?? null) }
}
