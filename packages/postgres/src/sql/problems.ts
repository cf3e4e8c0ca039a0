/** What an error says, for the message of another one. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}

const DEEPEST = 4
// By its classes, because EPIPE and P2010 have five characters as well.
const SQL_STATE = /^(?:[0-9][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/

/** The SQLSTATE of an error of the server, also where a library has wrapped it; `undefined` when the server said nothing. */
export function sqlStateOf(error: unknown): string | undefined {
  let found = error as Wrapping | null | undefined
  for (let depth = 0; found && depth < DEEPEST; depth++) {
    const { code } = found
    if (typeof code === 'string' && SQL_STATE.test(code)) return code
    // What Prisma calls a conflict is a serialization failure or a deadlock, and it does not always say which.
    if (code === 'P2034') return '40001'
    const { originalCode } = found
    if (typeof originalCode === 'string') return originalCode
    found = found.cause ?? found.driverError ?? found.original ?? found.parent ?? found.meta?.driverAdapterError
  }
  return undefined
}

/** Where libraries keep the error of the server. */
interface Wrapping {
  readonly code?: unknown
  readonly cause?: Wrapping
  readonly driverError?: Wrapping
  readonly original?: Wrapping
  readonly parent?: Wrapping
  readonly meta?: { readonly driverAdapterError?: Wrapping }
  readonly originalCode?: unknown
}

// serialization_failure, deadlock_detected
const AGAIN = new Set(['40001', '40P01'])

/** Whether the same transaction run anew is likely to succeed. */
export function isConflict(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state !== undefined && AGAIN.has(state)
}

/** What a value is, in a few words. */
export function describeFound(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const name = value.constructor?.name
  return name && name !== 'Object' ? `a ${name}` : 'a plain object'
}
