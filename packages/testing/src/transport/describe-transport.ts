import type { ConformanceCase, MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { deliveryCases } from './delivery-cases.js'
import { failureCases } from './failure-cases.js'
import { lifecycleCases } from './lifecycle-cases.js'
import { orderCases } from './order-cases.js'
import { completeFacts, type TransportDriver, type TransportSuiteFacts } from './transport-driver.js'
import { wireCases } from './wire-cases.js'

/** Registers the conformance suite of transports. @throws GULO_SUITE_SKIP_INVALID */
export function describeTransport(
  name: string,
  make: MakeDriver<TransportDriver>,
  { facts, skip }: { readonly facts?: TransportSuiteFacts; readonly skip?: Skips } = {},
): void {
  const timeoutMs = completeFacts(facts).patienceMs * 4
  describeSuite(`${name} as a transport`, transportCases(facts), make, { skip, timeoutMs })
}

/** The promises of a transport with these facts. */
export function transportCases(facts?: TransportSuiteFacts): readonly ConformanceCase<TransportDriver>[] {
  const complete = completeFacts(facts)
  return [
    ...deliveryCases(complete),
    ...wireCases(complete),
    ...orderCases(complete),
    ...failureCases(complete),
    ...lifecycleCases(complete),
  ]
}
