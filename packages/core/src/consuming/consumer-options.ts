import { createDecoder, type Decoder } from '../codec/detect.js'
import { fault } from '../faults.js'
import type { HandlerFactory } from '../handling/handler.js'
import type { Mediator } from '../handling/mediator.js'
import type { MessageDecoder, Middleware } from '../handling/middleware.js'
import type { RegisteredHandler } from '../handling/registry.js'
import { ContractRegistry } from '../message/contract.js'
import { assignData } from '../message/message.js'
import { consoleLogger, type Logger, type Observer, observe, shielded } from '../message/signals.js'
import type { EventPublishing } from '../publishing/event-publishing.js'
import type { Clock, Duration } from '../runtime/clock.js'
import type { Runtime } from '../runtime/runtime.js'
import { canForward } from '../transport/forwarding.js'
import type { TopicStrategy } from '../transport/topics.js'
import type { StartPosition, Transport } from '../transport/transport.js'
import { checkedMs } from './backoff.js'
import type { BatchOptions } from './batch-size.js'
import { BrokerDeadLetters } from './broker-dead-letters.js'
import { CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.js'
import type { ConsumerParts } from './consumer-parts.js'
import type { DeadLetterSink } from './dead-letters.js'
import { defaultFailurePolicy, type FailurePolicy, needsSchedule } from './failure-policy.js'
import { Gate } from './gate.js'
import type { HeldKeys } from './held-keys.js'
import type { TransactionalKeys } from './idempotency-keys.js'
import type { AttemptLog, BatchAttemptLog, BatchInbox, Inbox } from './inbox.js'
import { OwnedPartitions } from './owned-partitions.js'
import type { PositionStore } from './positions.js'
import type { RetryLater } from './redelivery.js'
import { RetryTopics } from './retry-topics.js'

/** What a consumer reads beside the topics of its types, in words. */
export interface ConsumerExtent {
  readonly patterns: readonly string[]
  /** `undefined` where the transport decides. */
  readonly startAt: string | undefined
  readonly broadcast: boolean
}

export interface ConsumerOptions {
  /** The broker. It is started by whoever owns it. */
  readonly transport: Transport
  /** Consumers of one group share the messages. Usually the name of the service. */
  readonly group: string
  /** What is done with the messages, in queue names such as `inventory.reserve-stock.normal`. @default 'events' */
  readonly action?: string
  /** Topics to read beside those of the handlers: all there are and will be whose names match. @default none */
  readonly patterns?: readonly RegExp[]
  /** Where a group starts that has no position yet. @default what the transport is set to; with `broadcast` the next message */
  readonly startAt?: StartPosition
  /**
   * Whether each instance handles every message that is published while it runs. Without an inbox, an attempt log and
   * attempts at a later time, which all instances would share. @default false
   */
  readonly broadcast?: boolean
  /** How many keys are handled at once. @default 16 */
  readonly concurrency?: number
  /**
   * How many messages share one transaction; `false` gives each its own. Takes a unit of work, an inbox that can take many
   * at once, and an outbox or nothing to publish. When one of them fails all are rolled back and handled again, each
   * alone: what handlers do outside the transaction may then be done twice. @default 100 messages, 100 ms
   */
  readonly batch?: BatchOptions | false
  /** What happens when a handler fails. @default 3 attempts in place, then the dead letters */
  readonly policy?: FailurePolicy
  /** Holds the subscription when too many attempts fail. @default off */
  readonly circuitBreaker?: CircuitBreakerOptions
  /** Remembers what is done, so that a redelivery takes effect once. @default none */
  readonly inbox?: Inbox & Partial<BatchInbox>
  /**
   * Where it is kept how far the group has come: at the broker, or besides in the transactions of the handlers, one row a
   * partition: then messages of a partition are handled one after the other. Takes a unit of work, one handler for each
   * type, and a transport that says which partitions it has. @default 'broker'
   */
  readonly offsets?: 'broker' | 'with-state'
  /** Keeps positions for `offsets: 'with-state'`. @default none */
  readonly positions?: PositionStore
  /** Remembers business keys, for handlers with `dedupe`. @default none: such handlers are refused */
  readonly keys?: TransactionalKeys
  /** Counts attempts that never finished, so that a message which ends the process is found out. @default none */
  readonly attemptLog?: AttemptLog & Partial<BatchAttemptLog>
  /** Unfinished attempts after which a message is poison. @default 3 */
  readonly maxUnfinishedAttempts?: number
  /** Where messages are set aside. @default topics beside the message's own, `<topic>.dlq` and `<topic>.quarantine`, where the transport can forward */
  readonly deadLetters?: DeadLetterSink
  /**
   * Keeps later messages of a key behind a dead letter, where the policy says so; of the same store as `deadLetters`, and
   * released by a service. @default none: such policies are refused
   */
  readonly heldKeys?: HeldKeys
  /** What becomes of types that nobody here handles. @default 'ignore' */
  readonly unknownTypes?: 'ignore' | 'dead-letter'
  /** Wire types that other consumers of the service handle: they are left to those. @default none */
  readonly elsewhere?: readonly string[]
  /** After this time a handler has failed and its signal is aborted. @default never */
  readonly handlerTimeout?: Duration
  /** Names the topic of each wire type; publishers and consumers use the same. @default byType */
  readonly topics?: TopicStrategy
  /** Makes instances of wire data. @default the fields as they are, without prototype keys */
  readonly decode?: MessageDecoder
  /** Reads messages off the wire, such as `createDecoder({ readers })` with formats of your own. @default decode */
  readonly readEnvelope?: Decoder
  /** The contracts it may share with a service. @default a registry of its own */
  readonly contracts?: ContractRegistry
  /** For handlers added with `handle`. */
  readonly middleware?: readonly Middleware[]
  /** For handlers added with `handle`. */
  readonly factory?: HandlerFactory
  /** Runs the handlers. @default a mediator of the handlers added with `handle` */
  readonly mediator?: Mediator
  /** Which handlers of the mediator. @default all its handlers of integration events */
  readonly handlers?: readonly RegisteredHandler[]
  /** Gives handlers a unit of work and publishes what they raise. @default none */
  readonly publishing?: EventPublishing
  /** Keeps messages that are tried again later. @default none: such policies are refused */
  readonly retryLater?: RetryLater
  /** Named in dead letters. @default the group */
  readonly service?: string
  /** Time and chance, for handlers added with `handle`. @default those of the machine */
  readonly runtime?: Runtime
  /** Are told of everything that happens to a message. @default nobody */
  readonly observers?: readonly Observer[]
  /** @default warnings and errors on standard error */
  readonly logger?: Logger
}

/**
 * The options with their defaults, checked.
 * @throws GULO_SCHEDULE_UNAVAILABLE, GULO_FORWARD_UNAVAILABLE, GULO_DEAD_LETTERS_MISSING,
 * GULO_CONFIGURATION_INVALID or GULO_DURATION_INVALID
 */
export function resolveParts(
  options: ConsumerOptions,
  mediator: Mediator,
  stopping: AbortSignal,
  aborted: AbortSignal,
): ConsumerParts & { readonly contracts: ContractRegistry } {
  const { group, policy = defaultFailurePolicy, circuitBreaker, handlerTimeout, retryLater } = options
  const { runtime } = mediator
  if (needsSchedule(policy) && retryLater === undefined) {
    throw fault('GULO_SCHEDULE_UNAVAILABLE', { operation: 'A delayed retry' })
  }
  const service = options.service ?? group
  return {
    group,
    policy,
    mediator,
    runtime,
    stopping,
    aborted,
    service,
    logger: shielded(options.logger ?? consoleLogger),
    observer: observe(options.observers ?? []),
    publishing: options.publishing,
    inbox: options.inbox,
    keys: options.keys,
    positions: ownedPartitions(options, runtime.clock),
    attemptLog: options.attemptLog,
    deadLetters: options.deadLetters ?? besideTopic(options.transport, group),
    heldKeys: policy.keepsOrder ? options.heldKeys : undefined,
    retryLater,
    retryTopics: retryTopicsOf(options.transport, policy, { group, service, runtime }),
    breaker: circuitBreaker && new CircuitBreaker(circuitBreaker, runtime.clock),
    gate: new Gate(runtime.clock),
    readEnvelope: options.readEnvelope ?? createDecoder(),
    decode:
      options.decode ?? decoderOf(options.middleware) ?? ((messageClass, data) => assignData(new messageClass(), data)),
    elsewhere: new Set(options.elsewhere),
    unknownTypes: options.unknownTypes ?? 'ignore',
    maxUnfinishedAttempts: options.maxUnfinishedAttempts ?? 3,
    handlerTimeoutMs: handlerTimeout === undefined ? undefined : checkedMs('handlerTimeout', handlerTimeout),
    contracts: options.contracts ?? new ContractRegistry(),
  }
}

function ownedPartitions({ group, offsets, positions }: ConsumerOptions, clock: Clock): OwnedPartitions | undefined {
  return offsets === 'with-state' && positions !== undefined ? new OwnedPartitions(group, positions, clock) : undefined
}

/** The decoder of the first middleware that has one. */
export function decoderOf(middleware: readonly Middleware[] = []): MessageDecoder | undefined {
  for (const each of middleware) if ('decode' in each && each.decode) return each.decode.bind(each)
  return undefined
}

// Whatever the policy: there are always bytes that nobody can read, and found out late they would block their partition.
function besideTopic(transport: Transport, group: string): DeadLetterSink {
  if (canForward(transport)) return new BrokerDeadLetters(transport)
  throw fault('GULO_DEAD_LETTERS_MISSING', { group })
}

function retryTopicsOf(
  transport: Transport,
  { retryTopics: count = 0 }: FailurePolicy,
  owner: { readonly group: string; readonly service: string; readonly runtime: Runtime },
): RetryTopics | undefined {
  if (count === 0) return undefined
  if (canForward(transport)) return new RetryTopics({ ...owner, count, forwarder: transport })
  throw fault('GULO_FORWARD_UNAVAILABLE', { operation: `The retry topics of ${owner.group}` })
}
