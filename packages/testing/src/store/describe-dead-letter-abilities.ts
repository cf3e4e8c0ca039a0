import type { ConformanceCase, MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { PATIENCE_MS } from '../suite/waiting.js'
import { letterChangeCases } from './letter-change-cases.js'
import type { DeadLetterAbilitiesDriver } from './letter-driver.js'
import { letterPageCases } from './letter-page-cases.js'
import type { StoreSuiteFacts } from './store-driver.js'

/** Registers the conformance suite of what people do with dead letters. @throws GULO_SUITE_SKIP_INVALID */
export function describeDeadLetterAbilities(
  name: string,
  make: MakeDriver<DeadLetterAbilitiesDriver>,
  { facts, skip }: { readonly facts?: StoreSuiteFacts; readonly skip?: Skips } = {},
): void {
  describeSuite(`${name} for people who look after dead letters`, deadLetterAbilitiesCases(), make, {
    skip,
    timeoutMs: facts?.patienceMs ?? PATIENCE_MS,
  })
}

/** The promises of pages, groups, changes and claims of dead letters. */
export function deadLetterAbilitiesCases(): readonly ConformanceCase<DeadLetterAbilitiesDriver>[] {
  return [...letterPageCases, ...letterChangeCases]
}
