import type { Dispatcher, SendOptions } from '../handling/dispatcher.js'
import type { Mediator } from '../handling/mediator.js'
import type { EventMapper } from '../mapping/event-mapper.js'
import type { MessageContext } from '../message/context.js'
import type { Command, DomainEvent, IntegrationEvent, Query, ResultOf } from '../message/message.js'
import { type Observer, observe } from '../message/signals.js'
import type { TopicStrategy } from '../transport/topics.js'
import type { Publisher } from '../transport/transport.js'
import { EnvelopeFactory } from './envelope-factory.js'
import { EventPublishing } from './event-publishing.js'
import type { UnitOfWork } from './unit-of-work.js'

export interface IntegrationEventOptions {
  /** Turns domain events into integration events. @default only explicit integration events are published */
  readonly mapper?: EventMapper
  /** A transport, or an outbox together with its unit of work. */
  readonly publisher: Publisher
  /** Runs each message in a transaction. @default none */
  readonly unitOfWork?: UnitOfWork
  /** CloudEvents source of the events. @default 'gulo' */
  readonly source?: string
  /** @default byType */
  readonly topics?: TopicStrategy
  readonly observers?: readonly Observer[]
}

/** Wraps a mediator so that the integration events of what it handles are published once the handler has succeeded. */
export function withIntegrationEvents(mediator: Mediator, options: IntegrationEventOptions): PublishingMediator {
  const { mapper, publisher, unitOfWork, source = 'gulo', topics, observers = [] } = options
  const envelopes = new EnvelopeFactory({ source, runtime: mediator.runtime, ...(topics && { topics }) })
  const observer = observe(observers)
  return new PublishingMediator(mediator, new EventPublishing({ mapper, publisher, unitOfWork, envelopes, observer }))
}

/** A mediator that publishes: same interface, one more thing done. */
export class PublishingMediator implements Dispatcher {
  constructor(
    private readonly inner: Mediator,
    private readonly publishing: EventPublishing,
  ) {}

  send<M extends Command<unknown> | Query<unknown>>(message: M, options?: SendOptions): Promise<ResultOf<M>> {
    return this.run(message, options, (context) => this.inner.dispatch(message, context))
  }

  publish(event: DomainEvent | IntegrationEvent, options?: SendOptions): Promise<void> {
    return this.run(event, options, (context) => this.inner.dispatchEvent(event, context))
  }

  private run<T>(
    message: object,
    options: SendOptions | undefined,
    work: (context: MessageContext) => Promise<T>,
  ): Promise<T> {
    const context = options?.context ?? this.inner.createContext(options)
    const what = message?.constructor?.name ?? String(message)
    if (this.inner.backend === undefined) return this.publishing.run(context, what, work)
    return this.inner.backend.dispatch(() => this.publishing.run(context, what, work))
  }
}
