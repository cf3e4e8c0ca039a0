export type { MemoryRecurrences } from './memory-recurrences.js'
export type { MemorySchedule } from './memory-schedule.js'
export type { Occurrences } from './occurrences.js'
export type {
  DeclaredRecurrence,
  Firing,
  NewRun,
  RecurrenceState,
  Recurrences,
  RecurrencesFound,
  RecurringRun,
  RecurringRuns,
  RunError,
} from './recurrences.js'
export type {
  CatchUp,
  MakeMessage,
  Occurrence,
  OccurrenceCause,
  Recurring,
  RecurringOptions,
} from './recurring.js'
export type {
  RecurringControl,
  RecurringRunStatus,
  RecurringSchedules,
  RecurringStatus,
} from './recurring-schedules.js'
export type { Schedule, ScheduledItem, ScheduledWork, ScheduleScope } from './schedule.js'
