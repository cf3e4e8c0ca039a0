import type { Mediator } from '../handling/mediator.js'
import type { MessageDecoder } from '../handling/middleware.js'
import type { RegisteredHandler } from '../handling/registry.js'
import type { Envelope } from '../message/envelope.js'
import type { Message } from '../message/message.js'
import type { Logger, Observer } from '../message/signals.js'
import type { EventPublishing } from '../publishing/event-publishing.js'
import type { Runtime } from '../runtime/runtime.js'
import type { ReceivedMessage } from '../transport/transport.js'
import type { CircuitBreaker } from './circuit-breaker.js'
import type { DeadLetterSink, FailedAttempt } from './dead-letters.js'
import type { FailurePolicy } from './failure-policy.js'
import type { Gate } from './gate.js'
import type { HeldKeys } from './held-keys.js'
import type { TransactionalKeys } from './idempotency-keys.js'
import type { AttemptLog, Inbox } from './inbox.js'
import type { OwnedPartitions } from './owned-partitions.js'
import type { RetryLater } from './redelivery.js'
import type { RetryTopics } from './retry-topics.js'

/** What a consumer works with, resolved once. */
export interface ConsumerParts {
  readonly group: string
  readonly service: string
  readonly runtime: Runtime
  readonly logger: Logger
  readonly observer: Observer | undefined
  readonly mediator: Mediator
  readonly publishing: EventPublishing | undefined
  readonly inbox: Inbox | undefined
  /** Where the positions in the partitions are stored with what handlers do. */
  readonly positions: OwnedPartitions | undefined
  readonly keys: TransactionalKeys | undefined
  readonly attemptLog: AttemptLog | undefined
  readonly deadLetters: DeadLetterSink
  /** Only where the policy keeps the order behind dead letters. */
  readonly heldKeys: HeldKeys | undefined
  readonly retryLater: RetryLater | undefined
  readonly retryTopics: RetryTopics | undefined
  readonly policy: FailurePolicy
  readonly breaker: CircuitBreaker | undefined
  readonly gate: Gate
  readonly readEnvelope: (message: ReceivedMessage) => Envelope
  readonly decode: MessageDecoder
  readonly unknownTypes: 'ignore' | 'dead-letter'
  /** Types that are not unknown, but handled by others. */
  readonly elsewhere: ReadonlySet<string>
  readonly maxUnfinishedAttempts: number
  readonly handlerTimeoutMs: number | undefined
  /** Aborted when the consumer begins to stop: no more retries. */
  readonly stopping: AbortSignal
  /** Aborted when the deadline of stop has passed: handlers should give up. */
  readonly aborted: AbortSignal
}

/** One message for one handler. */
export interface Task {
  readonly handler: RegisteredHandler
  readonly event: Message
  readonly envelope: Envelope
  readonly message: ReceivedMessage
  /** The number of the first attempt made here, from 1. */
  readonly attempt: number
  readonly firstFailedAt: string | undefined
  readonly replayCount: number
  /** Whether it comes from its partition, not once more from elsewhere. */
  readonly isFirst: boolean
  readonly attemptLog?: readonly FailedAttempt[] | undefined
  readonly ahead?: boolean | undefined
}
