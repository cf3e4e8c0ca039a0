import type { Decoder } from '../codec/detect.js'
import type { BatchOptions } from '../consuming/batch-size.js'
import type { CircuitBreakerOptions } from '../consuming/circuit-breaker.js'
import type { DeadLetterAbilities } from '../consuming/dead-letter-ports.js'
import type { DeadLetters } from '../consuming/dead-letters.js'
import type { FailurePolicy } from '../consuming/failure-policy.js'
import type { HeldKeyQueue, HeldKeys } from '../consuming/held-keys.js'
import type { TransactionalKeys } from '../consuming/idempotency-keys.js'
import type { AttemptLog, BatchAttemptLog, BatchInbox, Inbox, InboxRetention } from '../consuming/inbox.js'
import type { PositionStore } from '../consuming/positions.js'
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
import type { Recurrences, RecurringRuns } from '../scheduling/recurrences.js'
import type { Recurring } from '../scheduling/recurring.js'
import type { Schedule } from '../scheduling/schedule.js'
import type { TopicStrategy } from '../transport/topics.js'
import type { StartPosition, StopOptions, Transport } from '../transport/transport.js'

/** What a service keeps its state with: any of the stores may be missing, and the guarantees are less by as much. */
export interface Store {
  /** Runs each message in a transaction. @default none */
  readonly unitOfWork?: UnitOfWork
  /** Stores events in the transaction of their state; needs the unit of work. @default none: events are published directly */
  readonly outbox?: Outbox & Partial<CommitSignal & OutboxGauge>
  /** Remembers what is done. @default none: a redelivery takes effect again */
  readonly inbox?: Inbox & Partial<BatchInbox & InboxRetention>
  /** Keeps how far groups have come, for `offsets: 'with-state'`. @default none */
  readonly positions?: PositionStore
  /** Remembers business keys, for handlers with `dedupe`. @default none: such handlers are refused */
  readonly idempotencyKeys?: Partial<TransactionalKeys>
  /** Counts attempts that never finished. @default none: a message that ends the process is not found out */
  readonly attempts?: AttemptLog & Partial<BatchAttemptLog>
  /** Keeps what was set aside. @default none: topics of the broker */
  readonly deadLetters?: DeadLetters & Partial<DeadLetterAbilities>
  /** Keeps later messages of a key behind a dead letter; of the same store as `deadLetters`. @default none: policies that keep the order are refused */
  readonly heldKeys?: HeldKeys & HeldKeyQueue
  /** Keeps what is to be done later. @default none: nothing can be scheduled */
  readonly schedule?: Schedule
  /** Keeps when what recurs is next due; needs the schedule. @default none: nothing can recur */
  readonly recurrences?: Recurrences & RecurringRuns
  /** Whether what is committed survives the end of the process; where it does not, stop empties the outbox first. @default true */
  readonly durable?: boolean
  /** Who sends what the outbox holds where no relay of this service does, such as `change data capture`. @default a relay of the service */
  readonly relayedBy?: string
  /** Connects, before anything else is started; when it rejects it leaves nothing open, and may be called again. */
  start?(): Promise<void>
  /** Disconnects, after everything else has stopped. */
  stop?(options?: StopOptions): Promise<void>
}

export interface ServiceOptions {
  /** Lower case, without spaces: the source of its events and the name of its consumer group. */
  readonly name: string
  /** Classes with `@Handles`, instances of them, and what `handler()` makes. */
  readonly handlers: readonly HandlerSource[]
  /** Turns domain events into integration events. @default none are mapped */
  readonly mapper?: EventMapper
  /** The broker that connects it with other services. @default none: the service lives by itself */
  readonly transport?: Transport
  /** Outbox, inbox, dead letters and schedule. @default none: events are published directly, redeliveries take effect again */
  readonly store?: Store
  /** Hooks and wrappers around every handler; the first with a decoder makes instances of wire data. */
  readonly middleware?: readonly Middleware[]
  /** Creates handler classes. @default new, without arguments */
  readonly factory?: HandlerFactory
  /** Names the topic of each wire type; services that speak with one another use the same. @default byType */
  readonly topics?: TopicStrategy
  /** Names of headers that an event inherits from the message that caused it, such as those of a command. @default none */
  readonly passHeaders?: readonly string[]
  /** Decides which contract types are well named. @default domainNaming */
  readonly naming?: NamingPolicy
  /** What happens when a handler of an integration event fails. @default 3 attempts in place, then the dead letters */
  readonly policy?: FailurePolicy
  /** Whether messages of one key may never pass one another, not even when one is tried again. @default 'normal' */
  readonly ordering?: 'normal' | 'strict'
  /** Holds a consumer's messages when too many attempts fail. @default off */
  readonly circuitBreaker?: CircuitBreakerOptions
  /** Topics to read beside those of its handlers: all there are and will be whose names match. @default none */
  readonly patterns?: readonly RegExp[]
  /** Where its groups start that have no position yet; broadcast handlers start with the next message. @default what the transport is set to */
  readonly startAt?: StartPosition
  /** How many keys of a consumer are handled at once, and how many messages that are due. @default 16 */
  readonly concurrency?: number
  /**
   * How many messages share one transaction; `false` gives each its own. Takes a store with unit of work, outbox and an
   * inbox that can take many at once. When one of them fails all are rolled back and handled again, each alone: what
   * handlers do outside the transaction may then be done twice. @default 100 messages, 100 ms
   */
  readonly batch?: BatchOptions | false
  /**
   * Where it is kept how far its groups have come: at the broker, or besides in the transactions of the handlers. Takes a
   * store with positions, unit of work and outbox, and Kafka. Without an inbox it replaces one, for what producers send
   * once; messages of a partition are then handled one after the other. @default 'broker'
   */
  readonly offsets?: 'broker' | 'with-state'
  /** What becomes of wire types that nobody here handles. @default 'ignore' */
  readonly unknownTypes?: 'ignore' | 'dead-letter'
  /** After this time a handler of an integration event or of a due command has failed and its signal is aborted. @default never */
  readonly handlerTimeout?: Duration
  /** Attempts that were started and never finished after which a message is poison. @default 3 */
  readonly maxUnfinishedAttempts?: number
  /** Reads messages off the wire, such as `createDecoder({ readers })` with formats of your own. @default decode */
  readonly readEnvelope?: Decoder
  /** What becomes of events that the broker does not take: `send` rejects with them, or they wait among the dead letters. @default 'reject' */
  readonly onPublishFailure?: 'reject' | 'dead-letter'
  /** How far back messages may be replayed; an inbox must remember for longer. @default 0 */
  readonly replayHorizon?: Duration
  /**
   * What recurs, made with `recurring(…)`. A schedule that is no longer listed is retired; without this option the service
   * leaves all as it is. @default none
   */
  readonly recurring?: readonly Recurring[]
  /** Where commands are dispatched. @default in place */
  readonly backend?: DispatchBackend
  /** How many levels events raised and commands sent by handlers may cause one another. @default 32 */
  readonly maxEventDepth?: number
  /** Tells the time and sets timers. @default the clock of the machine */
  readonly clock?: Clock
  /** Draws random numbers. @default the chance of the machine */
  readonly random?: Random
  /** Are told of everything that happens to a message. @default nobody */
  readonly observers?: readonly Observer[]
  /** Where it says what a person should know. @default warnings and errors on standard error */
  readonly logger?: Logger
  /** Is told of every step of every dispatch, for debugging. @default nobody */
  readonly tracer?: Tracer
}
