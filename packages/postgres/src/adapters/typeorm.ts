import type { SqlResult, TransactionExecutor } from '../sql/executor.js'
import type { TransactionRunner } from '../unit-of-work/transaction-runner.js'
import { libraryTransactions, requireLibrary } from './library-transactions.js'

/** What is used of a data source of TypeORM. */
export interface TypeormLike<Manager extends TypeormManagerLike> {
  transaction(
    isolation: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE',
    work: (manager: Manager) => Promise<void>,
  ): Promise<void>
}

/** What is used of the entity manager of a transaction of TypeORM. */
export interface TypeormManagerLike {
  readonly queryRunner?: {
    query(
      text: string,
      parameters: unknown[] | undefined,
      structured: true,
    ): Promise<{ readonly records: unknown[]; readonly affected?: number }>
  }
}

const LEVELS = {
  'read committed': 'READ COMMITTED',
  'repeatable read': 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
} as const

/**
 * Transactions of TypeORM; `client` is the `EntityManager` of the transaction. TypeORM does not tell a COMMIT that the server
 * has answered with a roll-back, so the transaction is asked before, where that can be. Nothing is kept prepared or pipelined.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function typeormTransactions<Manager extends TypeormManagerLike>(
  dataSource: TypeormLike<Manager>,
): TransactionRunner {
  requireLibrary('typeormTransactions', dataSource, ['transaction', 'query'], 'an initialised DataSource')
  return libraryTransactions<Manager>({
    transaction: (isolation, work) => dataSource.transaction(LEVELS[isolation], work),
    executor: typeormExecutor,
  })
}

/** Runs statements in a transaction of TypeORM, given the entity manager of it. @throws GULO_CONFIGURATION_INVALID */
export function typeormExecutor(manager: TypeormManagerLike): TransactionExecutor {
  const { queryRunner } = manager ?? {}
  requireLibrary('typeormExecutor', queryRunner, ['query'], 'the EntityManager of a transaction, with its query runner')
  return {
    async query<Row>(statement: string | { readonly text: string }, parameters: readonly unknown[] = []) {
      const text = typeof statement === 'string' ? statement : statement.text
      const answer = await (queryRunner as Runner).query(text, [...parameters], true)
      const { records: rows = [], affected } = answer
      return { rows, rowCount: affected ?? rows.length } as unknown as SqlResult<Row>
    },
  }
}

type Runner = NonNullable<TypeormManagerLike['queryRunner']>
