import type { CircuitBreakerOptions } from '../consuming/circuit-breaker.js'
import type { DeadLetters } from '../consuming/dead-letters.js'
import type { FailurePolicy } from '../consuming/failure-policy.js'
import type { AttemptLog, Inbox, InboxRetention } from '../consuming/inbox.js'
import type { DispatchBackend } from '../handling/dispatch-backend.js'
import type { HandlerFactory } from '../handling/handler.js'
import type { Middleware } from '../handling/middleware.js'
import type { HandlerSource } from '../handling/registry.js'
import type { Tracer } from '../handling/trace.js'
import type { EventMapper } from '../mapping/event-mapper.js'
import type { NamingPolicy } from '../message/contract.js'
import type { Logger, Observer } from '../message/signals.js'
import type { CommitSignal, Outbox, OutboxGauge } from '../publishing/outbox.js'
import type { UnitOfWork } from '../publishing/unit-of-work.js'
import type { Clock, Duration } from '../runtime/clock.js'
import type { Random } from '../runtime/random.js'
import type { Schedule } from '../scheduling/schedule.js'
import type { TopicStrategy } from '../transport/topics.js'
import type { StopOptions, Transport } from '../transport/transport.js'

/** What a service keeps its state with: any of the stores may be missing, and the guarantees are less by as much. */
export interface Store {
  readonly unitOfWork?: UnitOfWork
  readonly outbox?: Outbox & Partial<CommitSignal & OutboxGauge>
  readonly inbox?: Inbox & Partial<InboxRetention>
  readonly attempts?: AttemptLog
  readonly deadLetters?: DeadLetters
  readonly schedule?: Schedule
  /** Whether what is committed survives the end of the process. @default true */
  readonly durable?: boolean
  start?(): Promise<void>
  stop?(options?: StopOptions): Promise<void>
}

export interface ServiceOptions {
  /** Lower case, without spaces: the source of its events and the name of its consumer group. */
  readonly name: string
  /** Classes with `@Handles`, instances of them, and what `handler()` makes. */
  readonly handlers: readonly HandlerSource[]
  /** Turns domain events into integration events. @default none are mapped */
  readonly mapper?: EventMapper
  /** @default none: the service lives by itself */
  readonly transport?: Transport
  /** @default none: events are published directly, redeliveries take effect again */
  readonly store?: Store
  /** Hooks and wrappers around every handler; the first with a decoder makes instances of wire data. */
  readonly middleware?: readonly Middleware[]
  /** @default new, without arguments */
  readonly factory?: HandlerFactory
  /** @default byType */
  readonly topics?: TopicStrategy
  /** @default domainNaming */
  readonly naming?: NamingPolicy
  /** What happens when a handler of an integration event fails. @default 3 attempts in place, then the dead letters */
  readonly policy?: FailurePolicy
  /** Whether messages of one key may never pass one another, not even when one is tried again. @default 'normal' */
  readonly ordering?: 'normal' | 'strict'
  /** @default off */
  readonly circuitBreaker?: CircuitBreakerOptions
  /** How many keys are handled at once. @default 16 */
  readonly concurrency?: number
  /** @default 'ignore' */
  readonly unknownTypes?: 'ignore' | 'dead-letter'
  /** @default never */
  readonly handlerTimeout?: Duration
  /** How far back messages may be replayed; an inbox must remember for longer. @default 0 */
  readonly replayHorizon?: Duration
  /** Where commands are dispatched. @default in place */
  readonly backend?: DispatchBackend
  /** How many levels domain events may raise one another. @default 32 */
  readonly maxEventDepth?: number
  /** @default the clock of the machine */
  readonly clock?: Clock
  /** @default the chance of the machine */
  readonly random?: Random
  readonly observers?: readonly Observer[]
  /** @default warnings and errors on standard error */
  readonly logger?: Logger
  /** Is told of every step of every dispatch, for debugging. @default nobody */
  readonly tracer?: Tracer
}
