import type { ContextOptions, MessageContext } from '../message/context.js'
import type { Command, DomainEvent, IntegrationEvent, Query, ResultOf } from '../message/message.js'

/** Sends commands and queries and publishes events: a `Mediator`, or anything that wraps one. */
export interface Dispatcher {
  /** Runs the one handler of a command or query and answers what it returned. An error of the handler rejects. */
  send<M extends Command<unknown> | Query<unknown>>(message: M, options?: SendOptions): Promise<ResultOf<M>>
  /** Runs every handler of an event; resolves when all are done, rejects when one or more failed. */
  publish(event: DomainEvent | IntegrationEvent, options?: SendOptions): Promise<void>
}

export interface SendOptions extends ContextOptions {
  /** Handles the message in this context, as it is, instead of a new one. */
  readonly context?: MessageContext
}
