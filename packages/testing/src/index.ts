export { TESTING_ERRORS } from './faults.js'

// conformance suites
export { type ConformanceCase, type Disposable, failuresOf, type MakeDriver } from './suite/conformance-case.js'
export type { Skips } from './suite/describe-suite.js'
export { describeTransport, transportCases } from './transport/describe-transport.js'
export type { TransportDriver, TransportSuiteFacts } from './transport/transport-driver.js'

// harness and given
export { type Given, given, type Then } from './harness/given.js'
export { type Harness, type HarnessOptions, harness } from './harness/harness.js'
export type { Probes } from './harness/probes.js'
export { VirtualClock } from './harness/virtual-clock.js'
