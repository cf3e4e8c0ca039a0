import { postgresFault } from '../faults.js'
import { connectionFault } from '../sql/connection-fault.js'
import type { SqlConnection, SqlExecutor, SqlPool } from '../sql/executor.js'
import { isConflict, reasonOf, sqlStateOf } from '../sql/problems.js'
import type { IsolationLevel, TransactionRunner } from './transaction-runner.js'

/** Transactions on connections of a pool of pg. */
export class PgTransactions implements TransactionRunner {
  constructor(private readonly pool: SqlPool) {}

  /** @throws POSTGRES_UNREACHABLE, POSTGRES_LOGIN_REFUSED, POSTGRES_COMMIT_FAILED, POSTGRES_COMMIT_UNKNOWN, and what the work throws */
  async run<T>(isolation: IsolationLevel, work: (executor: SqlExecutor, client: unknown) => Promise<T>): Promise<T> {
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
      throw connectionFault(error)
    }
  }
}

async function commit(connection: SqlConnection): Promise<void> {
  let command: string | undefined
  try {
    ;({ command } = await connection.query('commit'))
  } catch (error) {
    // Without a word from the server nobody knows whether it has committed.
    const code = sqlStateOf(error) === undefined ? 'POSTGRES_COMMIT_UNKNOWN' : 'POSTGRES_COMMIT_FAILED'
    throw isConflict(error) ? error : postgresFault(code, { reason: reasonOf(error) }, error)
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
