/** What an error says, for the message of another one. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}

const DEEPEST = 4

/** The SQLSTATE of an error of the server, also where a library has wrapped it; `undefined` when the server said nothing. */
export function sqlStateOf(error: unknown): string | undefined {
  let found = error as Wrapping | null | undefined
  for (let depth = 0; found && depth < DEEPEST; depth++) {
    const { code } = found
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code
    found = found.cause ?? found.driverError ?? found.original ?? found.parent
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
