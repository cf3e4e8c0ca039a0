import { GuloError, isRetryable } from '@gulo/core'
import { type RabbitMqErrorCode, rabbitFault, reasonOf } from '../faults.js'

/** One message that is not known to be stored. */
export interface Failed<T> {
  readonly sent: T
  readonly error: unknown
}

// Errors that mean the same for one message and for many.
const COUNTED: readonly string[] = [
  'RABBITMQ_UNROUTABLE',
  'RABBITMQ_NACKED',
  'RABBITMQ_UNCONFIRMED',
] satisfies RabbitMqErrorCode[]

/** The one error of `publish` and `forward`: that of the messages when it is the same for all, else one that lists them. */
export function failureOf<T>(failed: readonly Failed<T>[], total: number): GuloError {
  const unsent = failed.map(({ sent }) => sent)
  const failures = failed.map(({ error }) => error)
  const [first] = failures
  const count = failed.length
  if (GuloError.is(first) && COUNTED.includes(first.code) && failures.every((each) => GuloError.is(each, first.code))) {
    return rabbitFault(first.code as RabbitMqErrorCode, { ...first.details, count, total, unsent, failures }, first)
  }
  const retryable = failures.every(isRetryable)
  const reason = reasonOf(first).replace(/[^.]$/, '$&.')
  return rabbitFault('RABBITMQ_PUBLISH_FAILED', { count, total, reason, unsent, failures, retryable }, first)
}
