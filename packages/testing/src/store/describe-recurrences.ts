import type { ConformanceCase, MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { PATIENCE_MS } from '../suite/waiting.js'
import { recurrenceRunCases } from './recurrence-run-cases.js'
import { recurrenceStateCases } from './recurrence-state-cases.js'
import type { RecurrencesDriver } from './recurrences-driver.js'
import type { StoreSuiteFacts } from './store-driver.js'

/** Registers the conformance suite of stores for what recurs. @throws GULO_SUITE_SKIP_INVALID */
export function describeRecurrences(
  name: string,
  make: MakeDriver<RecurrencesDriver>,
  { facts, skip }: { readonly facts?: StoreSuiteFacts; readonly skip?: Skips } = {},
): void {
  const timeoutMs = facts?.patienceMs ?? PATIENCE_MS
  describeSuite(`${name} as a store of what recurs`, recurrencesCases(), make, { skip, timeoutMs })
}

/** The promises of a store for what recurs. */
export function recurrencesCases(): readonly ConformanceCase<RecurrencesDriver>[] {
  return [...recurrenceStateCases, ...recurrenceRunCases]
}
