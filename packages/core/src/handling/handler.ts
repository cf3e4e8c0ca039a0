import type { MessageContext } from '../message/context.js'
import type { Message, MessageClass, ResultOf } from '../message/message.js'
import type { EventCarrier } from '../message/result.js'
import type { Duration } from '../runtime/clock.js'

/** What a handler of `M` may return: the message's result; where there is none, nothing or events. */
export type HandlerReturn<M extends Message> = [ResultOf<M>] extends [void] ? void | EventCarrier : ResultOf<M>

/**
 * Handles messages of one class. `handle` is a property that holds a function, so that the compiler refuses a handler
 * of a narrower message.
 */
export interface Handler<M extends Message> {
  readonly handle: (message: M, context: MessageContext) => HandlerReturn<M> | Promise<HandlerReturn<M>>
}

export type HandlerFunction<M extends Message> = Handler<M>['handle']

// biome-ignore lint/suspicious/noExplicitAny: a constructor of any parameters; a HandlerFactory knows how to call it
export type HandlerClass<M extends Message = Message> = new (...parameters: any[]) => Handler<M>

/** Leaves out messages that say what another one has said, whatever their ids. */
export interface DedupeOptions<M extends Message = Message> {
  /** What two messages have in common that are the same to the business; `undefined` for a message that is like no other. */
  by(message: M): string | undefined
  /** How long a key is remembered after it was handled, such as `'1d'`. */
  readonly window: Duration
}

export interface HandlerOptions<M extends Message = Message> {
  /** What the handler is called in errors, consumers and dead letters. @default the class name */
  readonly name?: string
  /** Gives a handler of integration events a consumer group of its own, so that it neither waits for others nor is waited for. @default false */
  readonly isolated?: boolean
  /**
   * Has a handler of integration events run in every instance of the service, for what is published while it runs: to
   * empty a cache, to tell connected clients. Without inbox and without attempts at a later time. @default false
   */
  readonly broadcast?: boolean
  /**
   * Whether it may share a transaction with the handlers of other messages, where the consumer takes many at once. Say no
   * where it does what must not be done again when the message beside it fails, or holds locks for long. @default true
   */
  readonly batched?: boolean
  /**
   * Has a handler of integration events run once for each key within a time; what comes after that is acknowledged and
   * counted as a duplicate. The key commits with what the handler did: takes a store with a unit of work and keys. @default off
   */
  readonly dedupe?: DedupeOptions<M>
}

/** A handler with the message it is for: what `@Handles` notes on a class and `handler()` makes of a function. */
export interface HandlerDefinition<M extends Message = Message> {
  readonly messageClass: MessageClass<M>
  readonly name: string
  readonly options: HandlerOptions<M>
  /** The function, or the class to be created by the handler factory. */
  readonly target: { readonly handle: HandlerFunction<M> } | HandlerClass<M>
}

/** Makes a handler of a function. */
export function handler<M extends Message>(
  messageClass: MessageClass<M>,
  handle: HandlerFunction<M>,
  options: HandlerOptions<NoInfer<M>> = {},
): HandlerDefinition<M> {
  const name = options.name ?? (handle?.name || `handle ${messageClass?.name}`)
  return Object.freeze({ messageClass, name, options, target: { handle } })
}

/** Creates handlers: with `new`, or from a container. */
export interface HandlerFactory {
  create<H extends object>(handlerClass: new (...parameters: never[]) => H): H
  /** Whether a new one is wanted for each message. @default one for all messages */
  isTransient?(handlerClass: new (...parameters: never[]) => object): boolean
}

/** Creates handlers with `new` and no arguments. */
export const newFactory: HandlerFactory = {
  create: (handlerClass) => new (handlerClass as new () => InstanceType<typeof handlerClass>)(),
}
