import { postgresFault } from '../faults.js'
import type { SqlConnection, SqlPool, TransactionExecutor } from '../sql/executor.js'
import { beginFault, commitFault } from './failures.js'
import type { IsolationLevel, TransactionRunner } from './transaction-runner.js'

/** Transactions on connections of a pool of pg. */
export class PgTransactions implements TransactionRunner {
  constructor(private readonly pool: SqlPool) {}

  /**
   * @throws POSTGRES_UNREACHABLE, POSTGRES_LOGIN_REFUSED, POSTGRES_POOL_EXHAUSTED, POSTGRES_COMMIT_FAILED,
   * POSTGRES_COMMIT_UNKNOWN, and what the work throws
   */
  async run<T>(
    isolation: IsolationLevel,
    work: (executor: TransactionExecutor, client: unknown) => Promise<T>,
  ): Promise<T> {
    const connection = await this.connect()
    let broken = true
    try {
      await connection.query(isolation === 'read committed' ? 'begin' : `begin isolation level ${isolation}`)
      const value = await work(connection, connection.client)
      await commit(connection)
      broken = false
      return value
    } catch (error) {
      broken = !(await rolledBack(connection))
      throw error
    } finally {
      connection.release(broken)
    }
  }

  private async connect(): Promise<SqlConnection> {
    try {
      return await this.pool.connect()
    } catch (error) {
      throw beginFault(error)
    }
  }
}

async function commit(connection: SqlConnection): Promise<void> {
  let command: string | undefined
  try {
    ;({ command } = await connection.query('commit'))
  } catch (error) {
    throw commitFault(error)
  }
  // After a statement that failed and was caught, the server answers COMMIT with a roll-back and no error.
  if (command === 'ROLLBACK') {
    const reason = 'a statement in it had failed'
    throw postgresFault('POSTGRES_COMMIT_FAILED', { reason, retryable: false })
  }
}

async function rolledBack(connection: SqlConnection): Promise<boolean> {
  try {
    await connection.query('rollback')
    return true
  } catch {
    return false
  }
}
