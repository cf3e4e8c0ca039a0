import type { OccurrenceCause } from './recurring.js'
import type { ScheduledItem } from './schedule.js'

/** Keeps when the recurring schedules of services are next due. All times are those of the store, never of who asks. */
export interface Recurrences {
  /**
   * Makes these the schedules of a service. A new one begins at its `nextMs`, as does one whose words have changed; the
   * others stay where they are. Those that are not among them are retired.
   */
  declare(service: string, schedules: readonly DeclaredRecurrence[]): Promise<void>
  /** The schedules of a service that are not retired, by name, and the time. */
  find(service: string): Promise<RecurrencesFound>
  /**
   * Stores runs and what is to be done for them, and moves the schedule on, all or nothing. Answers false, having done
   * nothing, when the schedule is retired or unknown, or when `step` is given and it is paused, not due, or not where
   * the step begins: another instance has been there.
   */
  fire(service: string, name: string, firing: Firing): Promise<boolean>
  /** Lets nothing recur until it is resumed; answers whether there is such a schedule. */
  pause(service: string, name: string): Promise<boolean>
  /** Goes on at `nextMs`, if it was paused; answers whether there is such a schedule. */
  resume(service: string, name: string, nextMs: number | undefined): Promise<boolean>
}

/** Keeps what became of the runs of recurring schedules. */
export interface RecurringRuns {
  /** A run is being handled; once more when it is tried again. */
  beginRun(id: string): Promise<void>
  /** A run has come to an end, a good one without an error. */
  endRun(id: string, error?: RunError): Promise<void>
  /** The runs of a schedule, the last one first. */
  findRuns(service: string, name: string, limit: number): Promise<readonly RecurringRun[]>
}

export interface DeclaredRecurrence {
  readonly name: string
  /** What it recurs at, in words: by these its definition is told from another one. */
  readonly words: string
  /** Milliseconds since 1970; `undefined` for never. */
  readonly nextMs: number | undefined
}

export interface RecurrencesFound {
  /** The time of the store, in milliseconds since 1970. */
  readonly nowMs: number
  readonly schedules: readonly RecurrenceState[]
}

export interface RecurrenceState extends DeclaredRecurrence {
  readonly paused: boolean
}

/** Runs that begin together. */
export interface Firing {
  readonly runs: readonly NewRun[]
  /** How many runs are remembered. */
  readonly keep: number
  /** Where the schedule is and where it goes; a run that was asked for moves nothing. */
  readonly step?: { readonly words: string; readonly fromMs: number; readonly toMs: number | undefined } | undefined
}

export interface NewRun {
  /** The id of its message. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly occurrenceMs: number
  readonly cause: OccurrenceCause
  /** What is to be done; `undefined` when it could not be made. */
  readonly item: ScheduledItem | undefined
  /** Why it could not be made. */
  readonly error?: RunError | undefined
}

export interface RunError {
  readonly code: string | undefined
  readonly message: string
}

/** One run of a recurring schedule. Times are milliseconds since 1970. */
export interface RecurringRun {
  /** The id of its message. */
  readonly id: string
  readonly occurrenceMs: number
  readonly cause: OccurrenceCause
  readonly firedMs: number
  /** When its last attempt began. */
  readonly startedMs: number | undefined
  readonly finishedMs: number | undefined
  readonly attempts: number
  /** One that has failed is tried again, later each time. */
  readonly outcome: 'waiting' | 'running' | 'succeeded' | 'failed'
  readonly error: RunError | undefined
}
