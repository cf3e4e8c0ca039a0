// errors

export type { Attributes } from './codec/attributes.js'
// codec
export type { Codec, EncodedMessage, EncodeOptions } from './codec/codec.js'
export {
  type CodecName,
  cloudEventsBinary,
  cloudEventsStructured,
  createCodec,
  nativeJson,
  shortJson,
} from './codec/codecs.js'
export { decodeData, type EncodedData, encodeData } from './codec/data.js'
export { createDecoder, type Decoder, type DecoderOptions, decode, standardReaders } from './codec/detect.js'
export type { CodecLimits, Headers as WireHeaders } from './codec/headers.js'
export type { Incoming, Readable, ReadLimits } from './codec/incoming.js'
export type { Reader } from './codec/reader.js'
export { type Backoff, type ExponentialOptions, exponential, fixed } from './consuming/backoff.js'
export type { BatchOptions } from './consuming/batch-size.js'
export type { CircuitBreakerOptions } from './consuming/circuit-breaker.js'
export { Consumer } from './consuming/consumer.js'
export type { ConsumerExtent, ConsumerOptions } from './consuming/consumer-options.js'
export { defaultFailurePolicy, type FailurePolicy, failurePolicy } from './consuming/failure-policy.js'
export {
  anyError,
  type ErrorClass,
  type FailureMatcher,
  type FailureOutcome,
  FailureRule,
  onError,
} from './consuming/failure-rule.js'
export type { FailureStage, Verdict } from './consuming/failure-stage.js'
export * from './consuming/letter-exports.js'
export type { MemoryAttemptLog } from './consuming/memory-attempt-log.js'
export type { MemoryIdempotencyKeys } from './consuming/memory-idempotency-keys.js'
export type { MemoryInbox } from './consuming/memory-inbox.js'
export type { Redelivery, RetryLater } from './consuming/redelivery.js'
// consuming
export type * from './consuming-ports.js'
export { type ErrorDetails, type ErrorEntry, errorFactory, GuloError, isRetryable } from './errors.js'
export { CORE_ERRORS } from './faults.js'
// handling
export { type DispatchBackend, type QueuedOptions, queued } from './handling/dispatch-backend.js'
export type { Dispatcher, SendOptions } from './handling/dispatcher.js'
export {
  type DedupeOptions,
  type Handler,
  type HandlerClass,
  type HandlerDefinition,
  type HandlerFactory,
  type HandlerFunction,
  type HandlerOptions,
  type HandlerReturn,
  handler,
} from './handling/handler.js'
export { Handles } from './handling/handles.js'
export { Mediator } from './handling/mediator.js'
export type { MediatorOptions } from './handling/mediator-options.js'
export type {
  Call,
  CompiledMiddleware,
  Hooks,
  MessageDecoder,
  Middleware,
  Next,
  Wrapper,
} from './handling/middleware.js'
export type { AnyHandler, Dedupe, HandlerRegistry, HandlerSource, RegisteredHandler } from './handling/registry.js'
export type { Tracer, TraceStep } from './handling/trace.js'
// mapping
export {
  type DifferingFields,
  EventMapper,
  type EventMapperOptions,
  type Exactly,
  type Mapped,
  type Matching,
  type MissingFields,
} from './mapping/event-mapper.js'
// store
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory-store.js'
export {
  type ContextActions,
  type ContextKey,
  type ContextOptions,
  contextKey,
  MessageContext,
  type ScheduleOptions,
  type ScheduleTime,
} from './message/context.js'
export {
  Contract,
  type ContractInfo,
  type ContractOptions,
  ContractRegistry,
  contractOf,
  domainNaming,
  type HasField,
  type NamingPolicy,
  reverseDnsNaming,
} from './message/contract.js'
export type { Envelope } from './message/envelope.js'
export type { EventSink } from './message/event-sink.js'
// message
export {
  Command,
  type DataOf,
  DomainEvent,
  IntegrationEvent,
  kindOf,
  kindOfClass,
  Message,
  type MessageBase,
  type MessageClass,
  type MessageKind,
  Query,
  type ResultOf,
} from './message/message.js'
export { type EventCarrier, isEventCarrier, Result, result } from './message/result.js'
export { consoleLogger, type Logger, type Observer, type Signal } from './message/signals.js'
export { EnvelopeFactory, type EnvelopeFactoryOptions } from './publishing/envelope-factory.js'
export { EventPublisher, type EventPublisherOptions } from './publishing/event-publisher.js'
// publishing
export { EventPublishing, type EventPublishingOptions } from './publishing/event-publishing.js'
export type { MemoryOutbox, ParkedEntry } from './publishing/memory-outbox.js'
export { MemoryTransaction } from './publishing/memory-transaction.js'
export type { MemoryUnitOfWork } from './publishing/memory-unit-of-work.js'
export { type CommitSignal, isOutbox, type Outbox, type OutboxEntry, type OutboxGauge } from './publishing/outbox.js'
export {
  type IntegrationEventOptions,
  PublishingMediator,
  withIntegrationEvents,
} from './publishing/publishing-mediator.js'
export { Relay, type RelayOptions } from './publishing/relay.js'
export type { UnitOfWork } from './publishing/unit-of-work.js'
export type { KeepUnsent, Unsent } from './publishing/unsent.js'
// runtime: time and chance, handed in
export {
  type Clock,
  type Duration,
  sayMs,
  sleep,
  systemClock,
  type Timer,
  type TimerOptions,
  toMs,
  withDeadline,
} from './runtime/clock.js'
export { type Deadline, DeadlineQueue } from './runtime/deadline-queue.js'
export { type Random, seededRandom, systemRandom } from './runtime/random.js'
export { createRuntime, type Runtime, type RuntimeOptions } from './runtime/runtime.js'
export { type RuntimeUser, shareRuntime } from './runtime/runtime-user.js'
export { nextTurn } from './runtime/turn.js'
// scheduling
export { every } from './scheduling/occurrences.js'
export type * from './scheduling/ports.js'
export { recurring } from './scheduling/recurring.js'
// service
export type { DeadLetterDesk, LetterReplays } from './service/dead-letter-desk.js'
export type { ServiceDescription } from './service/describe.js'
export type { GroupLag } from './service/group-lag.js'
export type { ServiceHealth } from './service/health.js'
export type { LifecycleState } from './service/lifecycle.js'
export type { ReplayManyOptions, ReplayReport } from './service/replays.js'
export { createService, Service } from './service/service.js'
export type { ServiceOptions, Store } from './service/service-options.js'
export type { ToolBox, ToolCall, ToolCommand, ToolFlag } from './service/tool-command.js'
// transport
export type { AssigningTransport } from './transport/assigning.js'
export { checkSubscription, type SubscriptionLimits } from './transport/check-subscription.js'
export { type MemoryBroker, type MemoryBrokerOptions, memoryBroker } from './transport/memory-broker.js'
export type { MemoryFaults } from './transport/memory-faults.js'
export type { MemoryMember } from './transport/memory-feed.js'
export type { MemoryGroup, MemoryReads } from './transport/memory-group.js'
export type { MemoryPacer } from './transport/memory-pacer.js'
export type { MemoryPartition, MemoryTopic } from './transport/memory-topic.js'
export { type MemoryTransport, type MemoryTransportOptions, memoryTransport } from './transport/memory-transport.js'
export { Resting } from './transport/resting.js'
export { positionFaults } from './transport/start-position.js'
export { matchesTopic } from './transport/topic-patterns.js'
export { byDomain, byType, snakeCase, type TopicStrategy } from './transport/topics.js'
export type * from './transport-ports.js'
