import { reportFaults } from '../faults.js'
import type { DispatchBackend } from '../handling/dispatch-backend.js'
import type { Dispatcher, SendOptions } from '../handling/dispatcher.js'
import type { Mediator } from '../handling/mediator.js'
import type { EventMapper } from '../mapping/event-mapper.js'
import type { MessageContext } from '../message/context.js'
import { contextFault } from '../message/context-options.js'
import {
  type Command,
  type DomainEvent,
  describeValue,
  type IntegrationEvent,
  type Query,
  type ResultOf,
} from '../message/message.js'
import { type Observer, observe } from '../message/signals.js'
import type { TopicStrategy } from '../transport/topics.js'
import type { Publisher } from '../transport/transport.js'
import { EnvelopeFactory } from './envelope-factory.js'
import { EventPublishing, type Work } from './event-publishing.js'
import type { UnitOfWork } from './unit-of-work.js'
import type { KeepUnsent } from './unsent.js'

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
  /** What becomes of events that a transport could not publish: the error, or whoever keeps them. @default 'reject' */
  readonly onPublishFailure?: 'reject' | KeepUnsent
}

/** Wraps a mediator so that the integration events of what it handles are published once the handler has succeeded. */
export function withIntegrationEvents(mediator: Mediator, options: IntegrationEventOptions): PublishingMediator {
  const { mapper, publisher, unitOfWork, source = 'gulo', topics, observers = [], onPublishFailure } = options ?? {}
  reportFaults('the publishing mediator', [
    ...(mediator instanceof Object ? [] : ['mediator is missing: make one with new Mediator({ handlers }).']),
    ...(publisher ? [] : ['publisher is missing: give it a transport or an outbox.']),
  ])
  const envelopes = new EnvelopeFactory({ source, runtime: mediator.runtime, ...(topics && { topics }) })
  const observer = observe(observers)
  const keepUnsent = typeof onPublishFailure === 'function' ? onPublishFailure : undefined
  const publishing = new EventPublishing({ mapper, publisher, unitOfWork, envelopes, observer, keepUnsent })
  return new PublishingMediator(mediator, publishing)
}

/** A mediator that publishes: same interface, one more thing done. */
export class PublishingMediator implements Dispatcher {
  // Made once, not for every message.
  private readonly dispatch: Work<Command<unknown> | Query<unknown>, unknown>
  private readonly dispatchEvent: Work<DomainEvent | IntegrationEvent, void>

  constructor(
    private readonly inner: Mediator,
    private readonly publishing: EventPublishing,
  ) {
    this.dispatch = (context, message) => inner.dispatch(message, context)
    this.dispatchEvent = (context, event) => inner.dispatchEvent(event, context)
  }

  send<M extends Command<unknown> | Query<unknown>>(message: M, options?: SendOptions): Promise<ResultOf<M>> {
    return this.run(message, options, this.dispatch) as Promise<ResultOf<M>>
  }

  publish(event: DomainEvent | IntegrationEvent, options?: SendOptions): Promise<void> {
    return this.run(event, options, this.dispatchEvent)
  }

  private run<M extends object, T>(message: M, options: SendOptions | undefined, work: Work<M, T>): Promise<T> {
    const wrong = options && contextFault(options, 'send or publish')
    if (wrong !== undefined) return Promise.reject(wrong)
    const context = options?.context ?? this.inner.createContext(options)
    const what = message?.constructor?.name ?? describeValue(message)
    const { backend } = this.inner
    if (backend === undefined) return this.publishing.run(context, what, work, message)
    return this.through(backend, context, what, work, message)
  }

  // Apart, because a function that holds a closure pays for it even where none is made.
  private through<M, T>(
    backend: DispatchBackend,
    context: MessageContext,
    what: string,
    work: Work<M, T>,
    message: M,
  ): Promise<T> {
    return backend.dispatch(() => this.publishing.run(context, what, work, message))
  }
}
