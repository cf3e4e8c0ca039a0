import type { ConformanceCase, MakeDriver } from '../suite/conformance-case.js'
import { describeSuite, type Skips } from '../suite/describe-suite.js'
import { absenceCases } from './absence-cases.js'
import { delayCases } from './delay-cases.js'
import { deliveryCases } from './delivery-cases.js'
import { disturbanceCases } from './disturbance-cases.js'
import { failureCases } from './failure-cases.js'
import { handlingCases } from './handling-cases.js'
import { lifecycleCases } from './lifecycle-cases.js'
import { membershipCases } from './membership-cases.js'
import { orderCases } from './order-cases.js'
import { positionCases } from './position-cases.js'
import { pressureCases } from './pressure-cases.js'
import { rebalanceCases } from './rebalance-cases.js'
import { restCases } from './rest-cases.js'
import { setAsideCases } from './set-aside-cases.js'
import { startCases } from './start-cases.js'
import { subscriptionCases } from './subscription-cases.js'
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

/**
 * Registers only the cases with a disturbed broker: for a broker that nobody else uses.
 * @throws GULO_SUITE_SKIP_INVALID
 */
export function describeDisturbances(
  name: string,
  make: MakeDriver<TransportDriver>,
  { facts, skip }: { readonly facts?: TransportSuiteFacts; readonly skip?: Skips } = {},
): void {
  const complete = completeFacts(facts)
  const timeoutMs = complete.patienceMs * 4
  describeSuite(
    `${name} as a transport whose broker is disturbed`,
    [...disturbanceCases(complete), ...absenceCases(complete)],
    make,
    {
      skip,
      timeoutMs,
    },
  )
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
    ...membershipCases(complete),
    ...pressureCases(complete),
    ...rebalanceCases(complete),
    ...handlingCases(complete),
    ...setAsideCases(complete),
    ...subscriptionCases(complete),
    ...startCases(complete),
    ...restCases(complete),
    ...positionCases(complete),
    ...delayCases(complete),
    ...disturbanceCases(complete),
    ...absenceCases(complete),
  ]
}
