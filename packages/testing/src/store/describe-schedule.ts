import type { ConformanceCase, MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { PATIENCE_MS } from '../suite/waiting.js'
import { scheduleCancelCases } from './schedule-cancel-cases.js'
import type { ScheduleDriver } from './schedule-driver.js'
import { scheduleDueCases } from './schedule-due-cases.js'
import type { StoreSuiteFacts } from './store-driver.js'

/** Registers the conformance suite of schedules. @throws GULO_SUITE_SKIP_INVALID */
export function describeSchedule(
  name: string,
  make: MakeDriver<ScheduleDriver>,
  { facts, skip }: { readonly facts?: StoreSuiteFacts; readonly skip?: Skips } = {},
): void {
  describeSuite(`${name} as a schedule`, scheduleCases(), make, { skip, timeoutMs: facts?.patienceMs ?? PATIENCE_MS })
}

/** The promises of a schedule. */
export function scheduleCases(): readonly ConformanceCase<ScheduleDriver>[] {
  return [...scheduleDueCases, ...scheduleCancelCases]
}
