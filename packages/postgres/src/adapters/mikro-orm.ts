import type { TransactionExecutor } from '../sql/executor.js'
import type { TransactionRunner } from '../unit-of-work/transaction-runner.js'
import { type KnexTransactionLike, knexExecutor } from './knex.js'
import { libraryTransactions, requireLibrary } from './library-transactions.js'

/** What is used of the entity manager of MikroORM 6. */
export interface MikroOrmLike {
  fork(): this
  // biome-ignore lint/suspicious/noExplicitAny: its names of isolation levels are those of an enum
  transactional<T>(work: (manager: this) => Promise<T>, options?: any): Promise<T>
  flush(): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: it is what the driver has, and checked where it is used
  getTransactionContext(): any
}

/**
 * Transactions of MikroORM 6, each with a fork of `manager`; `client` is the fork. Its entities are written before the
 * events. MikroORM does not tell a COMMIT that the server has answered with a roll-back, so the transaction is asked before,
 * where that can be. Entities do not go back with a savepoint, only rows do. Nothing is kept prepared or pipelined.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function mikroOrmTransactions(manager: MikroOrmLike): TransactionRunner {
  requireLibrary('mikroOrmTransactions', manager, ['fork', 'transactional'], 'the em of a MikroORM')
  return libraryTransactions<MikroOrmLike>({
    transaction: (isolation, work) => manager.fork().transactional(work, { isolationLevel: isolation }),
    executor: mikroOrmExecutor,
  })
}

/** Runs statements in a transaction of MikroORM 6, given the entity manager of it. @throws GULO_CONFIGURATION_INVALID */
export function mikroOrmExecutor(manager: MikroOrmLike): TransactionExecutor {
  const methods = ['getTransactionContext', 'flush']
  requireLibrary('mikroOrmExecutor', manager, methods, 'the entity manager of a transaction')
  const transaction = manager.getTransactionContext() as KnexTransactionLike
  requireLibrary('mikroOrmExecutor', transaction, ['raw'], 'an entity manager that is in a transaction of MikroORM 6')
  return { ...knexExecutor(transaction), writePending: () => manager.flush() }
}
