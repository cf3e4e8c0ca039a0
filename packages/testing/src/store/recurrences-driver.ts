import type { Firing, NewRun, Recurrences, RecurringRuns, Schedule } from '@gulo/core'
import { newItem } from './schedule-driver.js'

/** What a suite needs to try a store of recurring schedules. It is empty at first. */
export interface RecurrencesDriver {
  readonly recurrences: Recurrences & RecurringRuns
  /** Where the messages of runs go. */
  readonly schedule: Schedule
  /** The same as another process sees it. @default the same object */
  readonly other?: Recurrences & RecurringRuns
  dispose?(): Promise<void> | void
}

export const SERVICE = 'conformance'
export const WORDS = 'every 1h'
export const HOUR_MS = 3_600_000

/** Declares one schedule that has been due for a second and is next due in an hour; answers how it is fired. */
export async function declareDue(
  { recurrences }: RecurrencesDriver,
  name = 'report',
): Promise<{ readonly fromMs: number; readonly firing: (runs?: readonly NewRun[]) => Firing }> {
  const { nowMs } = await recurrences.find(SERVICE)
  const fromMs = Math.floor(nowMs) - 1000
  await recurrences.declare(SERVICE, [{ name, words: WORDS, nextMs: fromMs }])
  const firing = (runs: readonly NewRun[] = [newRun(fromMs)]) => {
    return { runs, keep: 10, step: { words: WORDS, fromMs, toMs: fromMs + HOUR_MS } }
  }
  return { fromMs, firing }
}

export function newRun(occurrenceMs: number, more: Partial<NewRun> = {}): NewRun {
  const item = newItem(0)
  return { id: item.id, occurrenceMs, cause: 'due', item, ...more }
}

/** When a schedule is next due. */
export async function nextOf({ recurrences }: RecurrencesDriver, name = 'report'): Promise<number | undefined> {
  const { schedules } = await recurrences.find(SERVICE)
  return schedules.find((each) => each.name === name)?.nextMs
}
