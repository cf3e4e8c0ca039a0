import { fault } from '../faults.js'
import type { MessageContext } from '../message/context.js'
import { describeValue, type Message, type MessageClass, type MessageKind } from '../message/message.js'

/** One dispatch of one message, as wrapper middleware sees it. */
export interface Call {
  readonly message: Message
  readonly context: MessageContext
  /** Ends the message here with `value`, on purpose, without calling next: `return call.respond(value)`. */
  respond<T>(value: T): T
}

/** Goes on to the next wrapper and at last to the handler. Called exactly once. */
export type Next = (call: Call) => Promise<unknown>

/** Runs around the handler; the first of the list is outermost. */
export type Wrapper = (call: Call, next: Next) => unknown

/** Runs beside the handler, at less cost than a wrapper. May return a promise. A throw fails the message. */
export interface Hooks {
  readonly name?: string
  /** The message classes it is for. @default all */
  readonly only?: readonly MessageClass[]
  before?(message: Message, context: MessageContext): unknown
  /** Runs when the handler has succeeded. */
  after?(message: Message, context: MessageContext, value: unknown): unknown
  /** Runs when the handler or a hook before it has failed; the error goes on. */
  failed?(message: Message, context: MessageContext, error: unknown): unknown
}

/** Decides once for each message class what runs for it; what it answers is compiled into the chain. */
export interface CompiledMiddleware {
  readonly name?: string
  /** `undefined` adds nothing, and costs nothing. */
  forMessage(messageClass: MessageClass, kind: MessageKind): Hooks | Wrapper | undefined
  /** Turns wire data into an instance, for services that consume; the first middleware that has one decides. */
  readonly decode?: MessageDecoder
}

/** Makes an instance of a message class of wire data; throws for data that break the contract. */
export type MessageDecoder = (messageClass: MessageClass, data: unknown) => object | Promise<object>

export type Middleware = Wrapper | Hooks | CompiledMiddleware

/** Wrappers and hooks for one message class, outermost first, with the name each is known by. */
export interface Step {
  readonly name: string
  readonly wrapper: Wrapper | undefined
  readonly hooks: Hooks | undefined
}

/** @throws GULO_MIDDLEWARE_INVALID */
export function checkMiddleware(middleware: readonly Middleware[]): void {
  middleware.forEach((each, index) => {
    const known =
      typeof each === 'function' ||
      (each !== null &&
        typeof each === 'object' &&
        ['before', 'after', 'failed', 'forMessage'].some(
          (name) => typeof (each as Record<string, unknown>)[name] === 'function',
        ))
    if (!known) throw fault('GULO_MIDDLEWARE_INVALID', { index, found: describeValue(each) })
  })
}

/** What runs for one message class. */
export function stepsFor(middleware: readonly Middleware[], messageClass: MessageClass, kind: MessageKind): Step[] {
  return middleware.flatMap((each, index): Step[] => {
    const fallback = (each as { name?: string }).name || `number ${index}`
    const chosen = 'forMessage' in each ? each.forMessage(messageClass, kind) : each
    if (chosen === undefined) return []
    const name = chosen.name || fallback
    if (typeof chosen === 'function') return [{ name, wrapper: chosen, hooks: undefined }]
    if (chosen.only && !chosen.only.includes(messageClass)) return []
    return [{ name, wrapper: undefined, hooks: chosen }]
  })
}
