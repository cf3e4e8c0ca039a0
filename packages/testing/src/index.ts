export { TESTING_ERRORS } from './faults.js'

// harness and given
export { type AnyEvent, type Given, given, type Sendable, type Then } from './harness/given.js'
export { type Harness, type HarnessOptions, harness } from './harness/harness.js'
export type { Probes, SignalOf } from './harness/probes.js'
export { VirtualClock } from './harness/virtual-clock.js'
// a network that breaks
export { amqpFrames, type FrameReader, kafkaFrames, type ProxyFrame, type ProxySide } from './proxy/frames.js'
export { type DecideFault, type FaultRule, type ProxyFault, randomFaults } from './proxy/proxy-faults.js'
export { type ProxyCounts, TcpProxy, type TcpProxyOptions } from './proxy/tcp-proxy.js'
// conformance suites of stores
export { type AttemptLogDriver, attemptLogCases, describeAttemptLog } from './store/describe-attempt-log.js'
export { deadLetterAbilitiesCases, describeDeadLetterAbilities } from './store/describe-dead-letter-abilities.js'
export { type DeadLettersDriver, deadLettersCases, describeDeadLetters } from './store/describe-dead-letters.js'
export { describeHeldKeys } from './store/describe-held-keys.js'
export {
  describeIdempotencyKeyStore,
  type IdempotencyKeyStoreDriver,
  idempotencyKeyStoreCases,
} from './store/describe-idempotency-keys.js'
export { describeInbox, type InboxDriver, inboxCases } from './store/describe-inbox.js'
export { describeOutbox, outboxCases } from './store/describe-outbox.js'
export { describePositionStore, type PositionStoreDriver, positionStoreCases } from './store/describe-positions.js'
export { describeRecurrences, recurrencesCases } from './store/describe-recurrences.js'
export { describeSchedule, scheduleCases } from './store/describe-schedule.js'
export { describeUnitOfWork, type UnitOfWorkDriver, unitOfWorkCases } from './store/describe-unit-of-work.js'
export { type HeldKeysDriver, heldKeysCases } from './store/held-key-cases.js'
export type { DeadLetterAbilitiesDriver } from './store/letter-driver.js'
export type { OutboxDriver } from './store/outbox-driver.js'
export type { RecurrencesDriver } from './store/recurrences-driver.js'
export type { ScheduleDriver } from './store/schedule-driver.js'
export type { StoreSuiteFacts } from './store/store-driver.js'
// what suites are made of
export { type ConformanceCase, type Disposable, failuresOf, type MakeDriver } from './suite/conformance-case.js'
export type { Skips } from './suite/describe-suite.js'
// conformance suites of transports
export { describeDisturbances, describeTransport, transportCases } from './transport/describe-transport.js'
export type { Disturbances, TransportDriver, TransportSuiteFacts } from './transport/transport-driver.js'
