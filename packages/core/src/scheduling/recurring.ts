import { fault } from '../faults.js'
import type { Command, IntegrationEvent } from '../message/message.js'
import { describeValue } from '../message/message.js'
import { type Duration, toMs } from '../runtime/clock.js'
import type { Occurrences } from './occurrences.js'

/** What a recurring schedule does about occurrences that nobody was there for. */
export type CatchUp = 'none' | 'last' | 'all'

export interface RecurringOptions {
  /** What becomes of occurrences that were missed: none is made up for, only the last one, or all of them in order. @default 'last' */
  readonly catchUp?: CatchUp
  /** How late an occurrence may be and is not missed. @default '1m' */
  readonly grace?: Duration
  /** How many runs are remembered. @default 50 */
  readonly history?: number
}

/** One time at which a recurring schedule is due. */
export interface Occurrence {
  /** The name of the schedule. */
  readonly schedule: string
  /** When it was due; for one that was asked for, the time of asking. */
  readonly at: Date
  readonly cause: OccurrenceCause
}

/** Whether it was due, is made up for, or was asked for. */
export type OccurrenceCause = 'due' | 'missed' | 'run-now'

/** A recurring schedule, as it is listed in `recurring` of a service. */
export interface Recurring {
  readonly name: string
  readonly occurrences: Occurrences
  readonly make: MakeMessage
  readonly catchUp: CatchUp
  readonly graceMs: number
  readonly history: number
}

/** Makes the command to be sent or the integration event to be published. */
export type MakeMessage = (occurrence: Occurrence) => Command<unknown> | IntegrationEvent

const CATCH_UP: readonly unknown[] = ['none', 'last', 'all']
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/

/**
 * Sends a command or publishes an integration event again and again, once for each occurrence however many instances of
 * the service run.
 * @throws GULO_RECURRING_INVALID
 */
export function recurring(
  name: string,
  occurrences: Occurrences,
  make: MakeMessage,
  { catchUp = 'last', grace = '1m', history = 50 }: RecurringOptions = {},
): Recurring {
  const graceMs = toMs(grace)
  const wrong = [
    ...(NAME.test(name) ? [] : ['its name must be up to 100 letters, digits, dots, dashes and underscores']),
    ...(typeof occurrences?.next === 'function' && typeof occurrences.words === 'string'
      ? []
      : [`it recurs at ${describeValue(occurrences)}; expected every(…) or cron(…)`]),
    ...(typeof make === 'function' ? [] : [`its message is made by ${describeValue(make)}; expected a function`]),
    ...(CATCH_UP.includes(catchUp) ? [] : [`catchUp is "${String(catchUp)}"; expected "none", "last" or "all"`]),
    ...(graceMs === undefined ? [`grace is ${String(grace)}; expected a duration such as "1m"`] : []),
    ...(Number.isInteger(history) && history > 0 && history <= 10_000
      ? []
      : [`history is ${String(history)}; expected a whole number from 1 to 10000`]),
  ]
  if (wrong.length > 0) throw fault('GULO_RECURRING_INVALID', { name: String(name), wrong: wrong.join('; ') })
  return Object.freeze({ name, occurrences, make, catchUp, graceMs: graceMs as number, history })
}
