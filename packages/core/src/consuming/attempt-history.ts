import type { Runtime } from '../runtime/runtime.js'
import { toDeadLetterError } from './dead-letter-error.js'
import type { FailedAttempt } from './dead-letters.js'

const MAX_ATTEMPTS = 50
const MAX_MESSAGE = 512

/** The log with one more attempt; the oldest go when there are too many. `startedMs` is of the monotonic clock. */
export function withAttempt(
  log: readonly FailedAttempt[] | undefined,
  { clock, timestamp }: Runtime,
  {
    attempt,
    error,
    startedMs,
  }: { readonly attempt: number; readonly error: unknown; readonly startedMs?: number | undefined },
): readonly FailedAttempt[] {
  const { code, message } = toDeadLetterError(error, 'retries-exhausted')
  const durationMs = startedMs === undefined ? undefined : Math.round(clock.monotonic() - startedMs)
  const failed = { attempt, at: timestamp(), code, message: message.slice(0, MAX_MESSAGE), durationMs }
  return [...(log ?? []), failed].slice(-MAX_ATTEMPTS)
}
