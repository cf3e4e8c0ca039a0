import type { Schedule, ScheduledItem, UnitOfWork } from '@gulo/core'
import { newEnvelope, newId } from './store-driver.js'

/** What a suite needs to try a schedule. It is empty at first. */
export interface ScheduleDriver {
  readonly schedule: Schedule
  readonly unitOfWork: UnitOfWork
  /** The same schedule as another process sees it. @default the same object */
  readonly other?: Schedule
  dispose?(): Promise<void> | void
}

/** Takes everything that is due. */
export async function due(schedule: Schedule, nowMs: number): Promise<readonly ScheduledItem[]> {
  const items = await schedule.claim(nowMs, 100)
  await schedule.settle(items)
  return items
}

export async function dueIds(schedule: Schedule, nowMs: number): Promise<readonly string[]> {
  return (await due(schedule, nowMs)).map(({ id }) => id)
}

export function newItem(dueAtMs: number, more: Partial<ScheduledItem> = {}): ScheduledItem {
  return { id: newId(), dueAtMs, work: { kind: 'publish', envelope: newEnvelope('a') }, ...more }
}
