import { isRetryable, reasonOf } from '../errors.js'
import { fault } from '../faults.js'
import type { EventMapper } from '../mapping/event-mapper.js'
import type { MessageContext } from '../message/context.js'
import type { Envelope } from '../message/envelope.js'
import { type EventSink, endSink, hasEnded } from '../message/event-sink.js'
import type { DomainEvent, IntegrationEvent } from '../message/message.js'
import type { Observer } from '../message/signals.js'
import type { Publisher } from '../transport/transport.js'
import type { EnvelopeFactory } from './envelope-factory.js'
import { isOutbox } from './outbox.js'
import type { UnitOfWork } from './unit-of-work.js'
import { type KeepUnsent, keepOrFail, unsentOf } from './unsent.js'

export interface EventPublishingOptions {
  readonly mapper: EventMapper | undefined
  /** A transport publishes once the work has succeeded; an outbox stores in its transaction. */
  readonly publisher: Publisher | undefined
  readonly unitOfWork: UnitOfWork | undefined
  readonly envelopes: EnvelopeFactory
  readonly observer: Observer | undefined
  /** Keeps what a transport could not publish; then the work counts as done. @default none: it is told as an error */
  readonly keepUnsent?: KeepUnsent | undefined
}

/** What is run for a message, handed in so that a function made once does for all. */
export type Work<S, T> = (context: MessageContext, subject: S) => Promise<T>

// Replaced by the first event, never filled.
const NONE = Object.freeze([]) as unknown as never[]

/** Runs work in a unit of work and publishes what it raised: before the commit into an outbox, else after it. */
export class EventPublishing {
  constructor(private readonly options: EventPublishingOptions) {}

  /**
   * Runs `work`, maps the events it raised and publishes them. A context that is in a unit of work already joins it.
   * @throws GULO_PUBLISH_FAILED when the broker refuses after the work has succeeded
   */
  run<T>(context: MessageContext, what: string, work: (context: MessageContext) => Promise<T>): Promise<T>
  run<S, T>(
    context: MessageContext,
    what: string,
    work: (context: MessageContext, subject: S) => Promise<T>,
    subject: S,
  ): Promise<T>
  run<S, T>(context: MessageContext, what: string, work: Work<S, T>, subject?: S): Promise<T> {
    if (context.sink !== undefined && !hasEnded(context.sink)) return work(context, subject as S)
    const sink: EventSink = { domainEvents: NONE, integrationEvents: NONE }
    context.sink = sink
    const { publisher, unitOfWork } = this.options
    if (unitOfWork !== undefined || (publisher !== undefined && isOutbox(publisher)))
      return this.runInUnit(context, sink, what, () => work(context, subject as S))
    return this.publishAfter(work(context, subject as S), context, sink, what)
  }

  /** Whether work runs in a transaction. */
  get hasUnitOfWork(): boolean {
    return this.options.unitOfWork !== undefined
  }

  /** The unit of work with which everything that work raises commits, so that work may join one that is open. */
  get joinable(): UnitOfWork | undefined {
    const { publisher, unitOfWork } = this.options
    return publisher === undefined || isOutbox(publisher) ? unitOfWork : undefined
  }

  // `then`, because every async frame on this path costs as much as the dispatch itself.
  private publishAfter<T>(work: Promise<T>, context: MessageContext, sink: EventSink, what: string): Promise<T> {
    return work.then((value) => this.publishAll(context, sink, what, value))
  }

  private runInUnit<T>(context: MessageContext, sink: EventSink, what: string, work: () => Promise<T>): Promise<T> {
    const { publisher } = this.options
    return publisher !== undefined && isOutbox(publisher)
      ? this.within(context, () => this.runWithOutbox(context, sink, publisher, work))
      : this.runDirectly(context, sink, what, work)
  }

  /** Maps and wraps what has been raised: domain events in order, then explicit integration events. */
  private wrap(context: MessageContext, { domainEvents, integrationEvents }: EventSink): Envelope[] {
    const { mapper, envelopes } = this.options
    const mapped = mapper === undefined ? NONE : mapAll(mapper, domainEvents, context)
    if (mapped.length === 1 && integrationEvents.length === 0) {
      return [envelopes.make(mapped[0] as IntegrationEvent, context)]
    }
    return makeAll(envelopes, [...mapped, ...integrationEvents], context)
  }

  private async runWithOutbox<T>(
    context: MessageContext,
    sink: EventSink,
    outbox: Publisher,
    work: () => Promise<T>,
  ): Promise<T> {
    begin(sink)
    const value = await work()
    const envelopes = this.wrap(context, sink)
    endSink(sink)
    if (envelopes.length > 0) await outbox.publish(envelopes, { transaction: context.transaction })
    return value
  }

  private publishAll<T>(context: MessageContext, sink: EventSink, what: string, value: T): T | Promise<T> {
    const envelopes =
      sink.domainEvents.length === 0 && sink.integrationEvents.length === 0 ? NONE : this.wrap(context, sink)
    endSink(sink)
    return envelopes.length === 0 ? value : this.publish(envelopes, what, value)
  }

  private async runDirectly<T>(
    context: MessageContext,
    sink: EventSink,
    what: string,
    work: () => Promise<T>,
  ): Promise<T> {
    let envelopes: Envelope[] = []
    // Mapped before the commit: an event that cannot be mapped must not leave its state behind.
    const value = await this.within(context, async () => {
      begin(sink)
      const outcome = await work()
      envelopes = this.wrap(context, sink)
      endSink(sink)
      return outcome
    })
    return envelopes.length > 0 ? this.publish(envelopes, what, value) : value
  }

  private within<T>(context: MessageContext, work: () => Promise<T>): Promise<T> {
    return this.options.unitOfWork === undefined ? work() : this.options.unitOfWork.run(context, work)
  }

  /** Answers `result` once the envelopes are stored. */
  private publish<T>(envelopes: readonly Envelope[], what: string, result: T): Promise<T> {
    const { publisher, observer, keepUnsent } = this.options
    if (publisher === undefined) {
      return Promise.reject(fault('GULO_NO_PUBLISHER', { operation: `Publishing what ${what} raised` }))
    }
    const stored = () => {
      if (observer !== undefined) for (const envelope of envelopes) observer({ kind: 'published', envelope })
      return result
    }
    return attempt(publisher, envelopes).then(stored, (error: unknown) => {
      observer?.({ kind: 'publish-failed', count: envelopes.length, error })
      if (keepUnsent === undefined) throw publishFailed(what, result, error, envelopes)
      return keepOrFail(keepUnsent, error, envelopes).then(
        () => result,
        (lost: unknown) => {
          throw publishFailed(what, result, lost, envelopes)
        },
      )
    })
  }
}

function publishFailed(what: string, result: unknown, error: unknown, envelopes: readonly Envelope[]): Error {
  const unsent = unsentOf(error, envelopes)
  const told = {
    message: what,
    count: unsent.length,
    reason: reasonOf(error),
    result,
    unsent: unsent.map(({ envelope }) => envelope),
    failures: unsent.map((each) => each.error),
    retryable: isRetryable(error),
  }
  return fault('GULO_PUBLISH_FAILED', told, error)
}

// A unit of work may run its work again after a conflict: what the first run raised has not happened.
function begin(sink: EventSink): void {
  sink.domainEvents = NONE
  sink.integrationEvents = NONE
}

// A publisher of the application's own may throw instead of rejecting, or answer no promise.
function attempt(publisher: Publisher, envelopes: readonly Envelope[]): Promise<void> {
  try {
    return Promise.resolve(publisher.publish(envelopes))
  } catch (error) {
    return Promise.reject(error)
  }
}

// `map` makes lists of the right size; pushing would make room for seventeen.
function makeAll(envelopes: EnvelopeFactory, events: readonly IntegrationEvent[], context: MessageContext): Envelope[] {
  return events.map((event) => envelopes.make(event, context))
}

function mapAll(
  mapper: EventMapper,
  events: readonly DomainEvent[],
  context: MessageContext,
): readonly IntegrationEvent[] {
  return events.length === 1 ? mapper.map(events[0] as DomainEvent, context) : mapEach(mapper, events, context)
}

function mapEach(mapper: EventMapper, events: readonly DomainEvent[], context: MessageContext): IntegrationEvent[] {
  return events.flatMap((event) => mapper.map(event, context))
}
