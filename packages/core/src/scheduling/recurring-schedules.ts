import { fault } from '../faults.js'
import type { Recurrences, RecurringRun, RecurringRuns } from './recurrences.js'
import type { OccurrenceCause } from './recurring.js'

/** A recurring schedule as it stands. */
export interface RecurringStatus {
  readonly name: string
  /** What it recurs at, in words. */
  readonly words: string
  /** `undefined` when it never recurs again. While it is paused nothing happens then. */
  readonly next: Date | undefined
  readonly paused: boolean
  readonly lastRun: RecurringRunStatus | undefined
}

/** What became of one run. */
export interface RecurringRunStatus extends Pick<RecurringRun, 'id' | 'attempts' | 'outcome' | 'error'> {
  /** When it was due. */
  readonly at: Date
  readonly cause: OccurrenceCause
  readonly firedAt: Date
  /** When its last attempt began. */
  readonly startedAt: Date | undefined
  readonly finishedAt: Date | undefined
}

/** What changes the course of recurring schedules, in the process that runs them. */
export interface RecurringControl {
  runNow(name: string): Promise<string>
  resume(name: string): Promise<void>
  /** The error for a name that no schedule has. */
  unknown(name: string): Error
}

/** The recurring schedules of a service: looked at, run by hand, paused. What is changed holds for all its instances. */
export class RecurringSchedules {
  constructor(
    private readonly service: string,
    private readonly store: Recurrences & RecurringRuns,
    private readonly recurrer: RecurringControl,
  ) {}

  /** Every schedule that is not retired, by name. */
  async list(): Promise<readonly RecurringStatus[]> {
    const { schedules } = await this.store.find(this.service)
    return Promise.all(
      schedules.map(async ({ name, words, nextMs, paused }) => {
        const [lastRun] = await this.runs(name, { limit: 1 })
        return { name, words, next: dateOf(nextMs), paused, lastRun }
      }),
    )
  }

  /** What became of the runs of a schedule, the last one first; also of one that is retired. @default the last 50 */
  async runs(name: string, { limit = 50 }: { readonly limit?: number } = {}): Promise<readonly RecurringRunStatus[]> {
    if (!Number.isInteger(limit) || limit < 1) {
      const wrong = `limit is ${String(limit)}; expected a whole number above 0`
      throw fault('GULO_RECURRING_INVALID', { name: String(name), wrong })
    }
    return (await this.store.findRuns(this.service, String(name), limit)).map(toStatus)
  }

  /** Runs a schedule once, now, beside its occurrences and also while it is paused; answers the id of the run. @throws GULO_RECURRING_UNKNOWN */
  runNow(name: string): Promise<string> {
    return this.recurrer.runNow(name)
  }

  /** Lets nothing recur until `resume`; what is under way goes on. @throws GULO_RECURRING_UNKNOWN */
  async pause(name: string): Promise<void> {
    if (!(await this.store.pause(this.service, String(name)))) throw this.recurrer.unknown(name)
  }

  /** Goes on with the next occurrence from now: those of the pause are not made up for. @throws GULO_RECURRING_UNKNOWN */
  resume(name: string): Promise<void> {
    return this.recurrer.resume(name)
  }
}

function toStatus({ id, occurrenceMs, cause, firedMs, startedMs, finishedMs, ...run }: RecurringRun) {
  const times = { firedAt: new Date(firedMs), startedAt: dateOf(startedMs), finishedAt: dateOf(finishedMs) }
  const { attempts, outcome, error } = run
  return { id, at: new Date(occurrenceMs), cause, ...times, attempts, outcome, error }
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms)
}
