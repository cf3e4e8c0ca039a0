import { GuloError } from '@gulo/core'
import { postgresFault } from '../faults.js'
import { reasonOf, sqlStateOf } from './problems.js'

// connection exceptions, too_many_connections, shutting down, crashed, starting up
const UNREACHABLE = /^08|^53300$|^57P0[123]$/
// invalid authorisation, invalid_catalog_name: no such database
const REFUSED = /^28|^3D000$/
const FORBIDDEN = '42501'

/** The error that says why no connection could be had; other errors as they are. */
export function connectionFault(error: unknown): unknown {
  if (GuloError.is(error)) return error
  const state = sqlStateOf(error)
  const reason = reasonOf(error)
  if (state === undefined || UNREACHABLE.test(state)) return postgresFault('POSTGRES_UNREACHABLE', { reason }, error)
  if (REFUSED.test(state)) return postgresFault('POSTGRES_LOGIN_REFUSED', { reason }, error)
  return error
}

/** As {@link connectionFault}, and the error that says that the role may not use the tables. */
export function startFault(error: unknown, schema: string): unknown {
  if (sqlStateOf(error) !== FORBIDDEN || GuloError.is(error)) return connectionFault(error)
  return postgresFault('POSTGRES_FORBIDDEN', { schema, reason: reasonOf(error) }, error)
}
