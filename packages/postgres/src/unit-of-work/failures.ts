import { GuloError } from '@gulo/core'
import { postgresFault } from '../faults.js'
import { connectionFault } from '../sql/connection-fault.js'
import { isConflict, reasonOf, sqlStateOf } from '../sql/problems.js'

const TIMED_OUT = /time[ds]?[ -]?out|unable to start a transaction/i

/** The error of a transaction that could not begin. */
export function beginFault(error: unknown): unknown {
  if (GuloError.is(error)) return error
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown }
  const ofSystem = typeof code === 'string' && /^E[A-Z]+$/.test(code)
  const waited = !ofSystem && sqlStateOf(error) === undefined && TIMED_OUT.test(`${name} ${reasonOf(error)}`)
  if (!waited) return connectionFault(error)
  return postgresFault('POSTGRES_POOL_EXHAUSTED', { reason: reasonOf(error).trim() }, error)
}

/** The error of a transaction whose work is done and whose commit failed; a conflict stays what it is, to be run again. */
export function commitFault(error: unknown): unknown {
  if (isConflict(error) || GuloError.is(error)) return error
  // Without a word from the server nobody knows whether it has committed.
  const code = sqlStateOf(error) === undefined ? 'POSTGRES_COMMIT_UNKNOWN' : 'POSTGRES_COMMIT_FAILED'
  return postgresFault(code, { reason: reasonOf(error).trim() }, error)
}
