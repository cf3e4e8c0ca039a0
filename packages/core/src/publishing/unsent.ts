import { GuloError, isRetryable, reasonOf } from '../errors.js'
import { fault } from '../faults.js'
import type { Envelope } from '../message/envelope.js'

/** An envelope that is not known to be stored, and why. */
export interface Unsent {
  readonly envelope: Envelope
  readonly error: unknown
}

/**
 * Keeps what could not be published where it can be published from later, such as among the dead letters; answers what
 * could not be kept, each with the reason of that.
 */
export type KeepUnsent = (unsent: readonly Unsent[]) => Promise<readonly Unsent[]>

/** What a failed publish of `envelopes` has not stored, in their order: all of it, where the error does not say. */
export function unsentOf(error: unknown, envelopes: readonly Envelope[]): readonly Unsent[] {
  const { unsent, failures } = GuloError.is(error) ? error.details : {}
  if (!Array.isArray(unsent)) return envelopes.map((envelope) => ({ envelope, error }))
  // A list that does not match tells nothing of the single envelope.
  const own = Array.isArray(failures) && failures.length === unsent.length ? failures : undefined
  return unsent.map((envelope, index) => ({ envelope, error: own === undefined ? error : own[index] }))
}

/**
 * Keeps what a failed publish of `envelopes` has not stored.
 * @throws GULO_UNSENT_LOST with what could not be kept either; both causes go along
 */
export async function keepOrFail(keep: KeepUnsent, error: unknown, envelopes: readonly Envelope[]): Promise<void> {
  const unsent = unsentOf(error, envelopes)
  const lost = await keepAll(keep, unsent)
  const [first] = lost
  if (first === undefined) return
  const ofLost = unsent.filter(({ envelope }) => lost.some((each) => each.envelope === envelope))
  const told = {
    count: lost.length,
    reason: reasonOf(error),
    obstacle: reasonOf(first.error),
    unsent: ofLost.map(({ envelope }) => envelope),
    failures: ofLost.map((each) => each.error),
    retryable: isRetryable(error),
  }
  throw fault('GULO_UNSENT_LOST', told, new AggregateError([error, first.error], 'neither published nor kept'))
}

/** What could not be kept; `keep` may be of the application's own, and reject instead of answering. */
export async function keepAll(keep: KeepUnsent, unsent: readonly Unsent[]): Promise<readonly Unsent[]> {
  try {
    return await keep(unsent)
  } catch (error) {
    return unsent.map(({ envelope }) => ({ envelope, error }))
  }
}
