import { CORE_ERRORS, type ErrorEntry, GuloError, isRetryable } from '@gulo/core'
import { RABBITMQ_ERRORS, rabbitFault, reasonOf } from '../faults.js'

/** One message that is not known to be stored. */
export interface Failed<T> {
  readonly sent: T
  readonly error: unknown
}

const TABLE: Readonly<Record<string, ErrorEntry>> = { ...CORE_ERRORS, ...RABBITMQ_ERRORS }
// Errors whose sentence speaks of one message as well as of many.
const COUNTED: readonly string[] = [
  'RABBITMQ_UNROUTABLE',
  'RABBITMQ_NACKED',
  'RABBITMQ_UNCONFIRMED',
  'RABBITMQ_TOPOLOGY_REFUSED',
]

/** The one error of `publish` and `forward`: that of the messages when one sentence says it, else one that lists them. */
export function failureOf<T>(failed: readonly Failed<T>[], total: number): GuloError {
  const count = failed.length
  const unsent = failed.map(({ sent }) => sent)
  const failures = failed.map(({ error }) => error)
  const [first] = failures
  const told = { count, total, unsent, failures }
  const entry = GuloError.is(first) ? TABLE[first.code] : undefined
  if (GuloError.is(first) && entry !== undefined && (count === 1 || isSame(failures, first.code))) {
    return new GuloError(first.code, entry, { ...first.details, ...told, retryable: first.retryable }, first)
  }
  const reason = reasonOf(first).replace(/[^.]$/, '$&.')
  return rabbitFault('RABBITMQ_PUBLISH_FAILED', { ...told, reason, retryable: failures.every(isRetryable) }, first)
}

function isSame(failures: readonly unknown[], code: string): boolean {
  return COUNTED.includes(code) && failures.every((each) => GuloError.is(each, code))
}
