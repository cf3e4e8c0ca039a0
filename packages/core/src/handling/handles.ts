import type { Message, MessageClass } from '../message/message.js'
import type { Handler, HandlerDefinition, HandlerOptions } from './handler.js'

const HANDLES = Symbol.for('gulo.handles')

type Noted = Omit<HandlerDefinition, 'target'>

/**
 * Makes a class the handler of a message. The compiler checks that `handle` takes the message and returns its result.
 * Works as a legacy and as a standard decorator; several on one class make it the handler of several messages.
 */
export function Handles<M extends Message>(messageClass: MessageClass<M>, options: HandlerOptions<NoInfer<M>> = {}) {
  // biome-ignore lint/suspicious/noExplicitAny: the constructor of a handler may take anything
  return <C extends new (...parameters: any[]) => Handler<M>>(target: C, _context?: ClassDecoratorContext<C>): void => {
    const earlier = notedOn(target)
    const noted: Noted = {
      messageClass: messageClass as MessageClass,
      name: options.name ?? target.name,
      options: options as HandlerOptions,
    }
    Object.defineProperty(target, HANDLES, { value: [noted, ...earlier], configurable: true })
  }
}

/** What `@Handles` noted on this very class, in the order it is written; nothing is inherited. */
export function notedOn(target: unknown): readonly Noted[] {
  return typeof target === 'function' && Object.hasOwn(target, HANDLES)
    ? ((target as unknown as Record<symbol, readonly Noted[]>)[HANDLES] ?? [])
    : []
}
