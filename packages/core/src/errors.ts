/** One row of an error table: the sentence with `{named}` values, how to mend it, and whether trying again can help. */
export interface ErrorEntry {
  /** What was found, naming the thing; `{name}` is replaced by the detail of that name. */
  readonly message: string
  /** What to do about it: one or two imperative sentences. */
  readonly mend: string
  /** Whether the same call may succeed later without a change. @default false */
  readonly retryable?: boolean
}

export type ErrorDetails = Readonly<Record<string, unknown>>

const BRAND = Symbol.for('gulo.error')

/** The one error class: a stable `code`, a message that ends with the mend, and whether trying again can help. */
export class GuloError extends Error {
  override readonly name = 'GuloError'
  readonly code: string
  /** The message without the mend. */
  declare readonly found: string
  readonly retryable: boolean
  readonly details: ErrorDetails

  /** A boolean `details.retryable` overrides the entry, for errors whose cause decides. */
  constructor(code: string, entry: ErrorEntry, details: ErrorDetails = {}, cause?: unknown) {
    const found = fill(entry.message, details)
    super(`${found} ${fill(entry.mend, details)}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.retryable = typeof details['retryable'] === 'boolean' ? details['retryable'] : (entry.retryable ?? false)
    this.details = details
    Object.defineProperties(this, { [BRAND]: { value: true }, found: { value: found } })
  }

  /** Recognises a Gulo error of any installed copy of this package, optionally of one code. */
  static is(value: unknown, code?: string): value is GuloError {
    return (
      value instanceof Error && BRAND in value && (code === undefined || (value as { code?: unknown }).code === code)
    )
  }
}

/** Binds an error table to a function that makes its errors: `fault('GULO_…', { details }, cause)`. */
export function errorFactory<T extends Readonly<Record<string, ErrorEntry>>>(table: T) {
  return (code: keyof T & string, details?: ErrorDetails, cause?: unknown): GuloError =>
    new GuloError(code, table[code] as ErrorEntry, details, cause)
}

/** Whether trying again can help: an error says so itself by `retryable: false`; anything else may be retried. */
export function isRetryable(error: unknown): boolean {
  return (error as { retryable?: unknown } | null | undefined)?.retryable !== false
}

/** What an error says, without the mend, for the message of another error. Anything can be thrown, also what has no text. */
export function reasonOf(error: unknown): string {
  if (GuloError.is(error)) return error.found ?? error.message
  return show(error)
}

function fill(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}(\.?)/g, (_, name: string, stop: string) => {
    const text = show(details[name])
    // What is put in may be a whole sentence already.
    return /[.!?…]$/.test(text) ? text : text + stop
  })
}

function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 500 ? `${value.slice(0, 500)}…` : value
  if (Array.isArray(value)) return value.map(show).join(', ')
  try {
    return String(value instanceof Error ? value.message : value)
  } catch {
    return `a thrown ${typeof value} without a text`
  }
}
