import { postgresFault } from '../faults.js'
import type { TransactionExecutor } from '../sql/executor.js'
import { reasonOf, sqlStateOf } from '../sql/problems.js'

// Refused outside of a transaction and in one that has failed. Every query takes this lock of this table anyway.
const PROBE = 'lock table pg_catalog.pg_class in access share mode'
const FAILED = '25P02'
const NONE = '25P01'

/**
 * Finds out whether a transaction can still commit, also where its library does not tell.
 * @throws POSTGRES_COMMIT_FAILED, POSTGRES_TRANSACTION_LOST
 */
export async function checkOpen(executor: TransactionExecutor): Promise<void> {
  const state = executor.state?.()
  if (state === 'failed') throw failed()
  if (state === 'over') throw over()
  if (state === undefined) await probe(executor)
}

async function probe(executor: TransactionExecutor): Promise<void> {
  try {
    await executor.query(PROBE)
  } catch (error) {
    const state = sqlStateOf(error)
    if (state === FAILED) throw failed(error)
    if (state === NONE) throw over(error)
    throw postgresFault('POSTGRES_TRANSACTION_LOST', { reason: reasonOf(error) }, error)
  }
}

function failed(cause?: unknown): Error {
  const reason = 'a statement in it had failed'
  return postgresFault('POSTGRES_COMMIT_FAILED', { reason, retryable: false }, cause)
}

function over(cause?: unknown): Error {
  return postgresFault('POSTGRES_TRANSACTION_LOST', { reason: 'the work ended it', retryable: false }, cause)
}
