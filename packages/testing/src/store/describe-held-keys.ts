import type { MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { PATIENCE_MS } from '../suite/waiting.js'
import { type HeldKeysDriver, heldKeysCases } from './held-key-cases.js'
import type { StoreSuiteFacts } from './store-driver.js'

/** Registers the conformance suite of keys held by dead letters. @throws GULO_SUITE_SKIP_INVALID */
export function describeHeldKeys(
  name: string,
  make: MakeDriver<HeldKeysDriver>,
  { facts, skip }: { readonly facts?: StoreSuiteFacts; readonly skip?: Skips } = {},
): void {
  const timeoutMs = (facts?.patienceMs ?? PATIENCE_MS) * 2
  describeSuite(`${name} for keys that dead letters hold`, heldKeysCases(facts), make, { skip, timeoutMs })
}
