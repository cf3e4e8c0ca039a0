import type { Duration } from '../runtime/clock.js'
import type { Runtime } from '../runtime/runtime.js'
import type { EventSink } from './event-sink.js'
import type { Command, DomainEvent, IntegrationEvent, Query, ResultOf } from './message.js'

declare const VALUE: unique symbol

/** A typed place in a context, for what middleware hands to handlers. */
export interface ContextKey<T> {
  readonly name: string
  readonly [VALUE]?: T
}

/** Makes a key; two keys of one name are different keys. */
export function contextKey<T>(name: string): ContextKey<T> {
  return { name }
}

/** What a context can do for a handler; given by the mediator or the service that runs it. */
export interface ContextActions {
  send<M extends Command<unknown> | Query<unknown>>(message: M, context: MessageContext): Promise<ResultOf<M>>
  publish(event: DomainEvent | IntegrationEvent, context: MessageContext): Promise<void>
  schedule(
    message: Command<unknown> | IntegrationEvent,
    at: ScheduleTime,
    options: ScheduleOptions,
    context: MessageContext,
  ): Promise<void>
}

/** When: a date, milliseconds since 1970, or text such as `'24h'` for so long from now. */
export type ScheduleTime = Date | number | Exclude<Duration, number>

export interface ScheduleOptions {
  /** Cancels or replaces the pending message of the same key. */
  readonly cancelKey?: string
}

/** What is known of a message before it is handled. Everything is optional. */
export interface ContextOptions {
  readonly messageId?: string | undefined
  readonly correlationId?: string | undefined
  readonly causationId?: string | undefined
  readonly tenantId?: string | undefined
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
  /** Counted from 1. */
  readonly attempt?: number | undefined
  /** An open transaction of the store to take part in; whoever has begun it commits. @default one of its own */
  readonly transaction?: unknown
}

const NOTHING: ContextOptions = Object.freeze({})
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({})
// An unaborted signal that nobody holds the controller of: shared, because making one costs microseconds.
const NEVER_ABORTED = new AbortController().signal

/** What goes along with a message through its handlers: an argument, never ambient state. */
export class MessageContext {
  /** The transaction of the unit of work; `undefined` outside one. Its type is the store's. */
  transaction: unknown
  /** Where raised events are gathered; set by whoever publishes them. */
  sink: EventSink | undefined
  /** How deep the cascade of domain events is; 0 for what was sent. */
  readonly depth: number
  // Read from here on demand: a context is made for every message, and most are asked for none of it.
  private readonly given: ContextOptions
  private readonly runtime: Runtime
  private readonly actions: ContextActions | undefined
  private knownMessageId: string | undefined
  private knownCorrelationId: string | undefined
  private values: Map<ContextKey<unknown>, unknown> | undefined

  constructor(runtime: Runtime, options?: ContextOptions, actions?: ContextActions, depth = 0) {
    this.runtime = runtime
    this.actions = actions
    this.transaction = options?.transaction
    this.sink = undefined
    this.values = undefined
    this.depth = depth
    this.given = options ?? NOTHING
    this.knownMessageId = undefined
    this.knownCorrelationId = undefined
  }

  /** Counted from 1. */
  get attempt(): number {
    return this.given.attempt ?? 1
  }

  get tenantId(): string | undefined {
    return this.given.tenantId
  }

  get causationId(): string | undefined {
    return this.given.causationId
  }

  get traceparent(): string | undefined {
    return this.given.traceparent
  }

  get tracestate(): string | undefined {
    return this.given.tracestate
  }

  get headers(): Readonly<Record<string, string>> {
    return this.given.headers ?? NO_HEADERS
  }

  get signal(): AbortSignal {
    return this.given.signal ?? NEVER_ABORTED
  }

  /** The id of the message; made on first use where the sender gave none. */
  get messageId(): string {
    this.knownMessageId ??= this.given.messageId ?? this.runtime.newId()
    return this.knownMessageId
  }

  /** Common to everything that follows from one first message; its own id for that first message. */
  get correlationId(): string {
    this.knownCorrelationId ??= this.given.correlationId ?? this.messageId
    return this.knownCorrelationId
  }

  /** The time by the clock of the service, in milliseconds since 1970: in a test that of the test. */
  now(): number {
    return this.runtime.clock.now()
  }

  /** The value a middleware has set; `undefined` when none did. */
  get<T>(key: ContextKey<T>): T | undefined {
    return this.values?.get(key) as T | undefined
  }

  /** Hands a value on to everything that handles this message and what it causes. */
  set<T>(key: ContextKey<T>, value: T): void {
    this.values ??= new Map()
    this.values.set(key, value)
  }

  /** Sends a command or query in the same unit of work; it inherits correlation and tenant. */
  send<M extends Command<unknown> | Query<unknown>>(message: M): Promise<ResultOf<M>> {
    return this.require().send(message, this)
  }

  /** Raises an event in the same unit of work: a domain event is handled here, an integration event published at its end. */
  publish(event: DomainEvent | IntegrationEvent): Promise<void> {
    return this.require().publish(event, this)
  }

  /** Sends a command or publishes an integration event at a later time, if this unit of work commits. */
  schedule(
    message: Command<unknown> | IntegrationEvent,
    at: ScheduleTime,
    options: ScheduleOptions = {},
  ): Promise<void> {
    return this.require().schedule(message, at, options, this)
  }

  /** The context of a message caused by this one: same correlation, tenant, trace, transaction and values. */
  child(actions: ContextActions | undefined = this.actions, depth = this.depth): MessageContext {
    const child = new MessageContext(
      this.runtime,
      {
        correlationId: this.correlationId,
        causationId: this.messageId,
        tenantId: this.tenantId,
        traceparent: this.traceparent,
        tracestate: this.tracestate,
        headers: this.headers,
        signal: this.signal,
      },
      actions,
      depth,
    )
    child.transaction = this.transaction
    child.sink = this.sink
    child.values = this.values
    return child
  }

  private require(): ContextActions {
    if (this.actions === undefined) throw new TypeError('This context belongs to no mediator.')
    return this.actions
  }
}
