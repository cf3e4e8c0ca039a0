import type { TransactionExecutor } from '../sql/executor.js'
import { type PgClient, type PgPool, type PgQueryable, pgExecutorOf, pgPool } from '../sql/pg.js'
import { PgTransactions } from '../unit-of-work/pg-transactions.js'
import type { TransactionRunner } from '../unit-of-work/transaction-runner.js'
import { requireLibrary } from './library-transactions.js'

export interface PgAdapterOptions {
  /** Whether the server may keep plans of statements by name; not through a pooler that shares connections. @default true */
  readonly prepare?: boolean
}

/**
 * Transactions on a pool of `pg`, such as one for handlers beside that of the store; `client` is its `PoolClient`.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function pgTransactions(pool: PgPool, { prepare = true }: PgAdapterOptions = {}): TransactionRunner {
  requireLibrary('pgTransactions', pool, ['connect', 'query'], 'new Pool(…) of pg')
  return new PgTransactions(pgPool(pool, prepare))
}

/** Runs statements on a client of `pg` that has begun a transaction. @throws GULO_CONFIGURATION_INVALID */
export function pgExecutor(
  client: PgQueryable & Pick<PgClient, 'getTransactionStatus'>,
  { prepare = true }: PgAdapterOptions = {},
): TransactionExecutor {
  requireLibrary('pgExecutor', client, ['query'], 'a client of pg')
  return pgExecutorOf(client, prepare)
}
