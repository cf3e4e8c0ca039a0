import { fault } from '../faults.js'

declare const RESULT: unique symbol
declare const KIND_BRAND: unique symbol
const KIND = Symbol.for('gulo.message.kind')

export type MessageKind = 'command' | 'query' | 'domain event' | 'integration event'

/** Anything that is sent or published. The phantom members exist for the compiler only. */
export abstract class Message<R = unknown, K extends MessageKind = MessageKind> {
  declare readonly [RESULT]: R
  declare readonly [KIND_BRAND]: K

  /**
   * Makes a message from its data. Fields are assigned after construction, because a base constructor that assigned
   * would be overwritten by the field definitions of the subclass.
   * @throws GULO_PAYLOAD_INVALID when `data` is not an object or carries a prototype key.
   */
  static of<M extends object>(this: new () => M, data: DataOf<M>): M {
    return assignData(new this(), data)
  }
}

/** An instruction with exactly one handler; `R` is what the handler returns. */
export abstract class Command<R = void> extends Message<R, 'command'> {}

/** A question with exactly one handler that changes nothing; `R` is the answer. */
export abstract class Query<R> extends Message<R, 'query'> {}

/** Something that happened inside a service; any number of handlers, in the same unit of work. */
export abstract class DomainEvent extends Message<void, 'domain event'> {}

/** Something that happened, told to other services; needs `@Contract`. */
export abstract class IntegrationEvent extends Message<void, 'integration event'> {}

Object.defineProperty(Command.prototype, KIND, { value: 'command' })
Object.defineProperty(Query.prototype, KIND, { value: 'query' })
Object.defineProperty(DomainEvent.prototype, KIND, { value: 'domain event' })
Object.defineProperty(IntegrationEvent.prototype, KIND, { value: 'integration event' })

/** What the handler of a message returns. */
export type ResultOf<M extends Message> = M[typeof RESULT]

/** The fields of a message: its own string keys that are not methods. */
export type DataOf<M> = {
  [K in keyof M as K extends string ? (M[K] extends (...parameters: never[]) => unknown ? never : K) : never]: M[K]
}

// biome-ignore lint/suspicious/noExplicitAny: a constructor of any parameters; only the instance type matters
export type MessageClass<M extends Message = Message> = new (...parameters: any[]) => M

/** A message class that may be abstract, as the base of several events. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type MessageBase<M extends Message = Message> = abstract new (...parameters: any[]) => M

/** The kind of a message or of a message class (its prototype); `undefined` for anything else. */
export function kindOf(message: unknown): MessageKind | undefined {
  return (message as Record<symbol, MessageKind | undefined> | null | undefined)?.[KIND]
}

/** The kind of a message class; `undefined` for anything else. */
export function kindOfClass(messageClass: unknown): MessageKind | undefined {
  return typeof messageClass === 'function' ? kindOf(messageClass.prototype) : undefined
}

/** Assigns the own keys of `data`; refuses what is no plain data and keys that would reach the prototype. */
export function assignData<M extends object>(target: M, data: unknown): M {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) {
    throw fault('GULO_PAYLOAD_INVALID', { message: target.constructor.name, found: describeValue(data) })
  }
  for (const key of Object.keys(data)) {
    // By its constructor a message finds its handler.
    if (key === '__proto__' || key === 'constructor') {
      throw fault('GULO_PAYLOAD_INVALID', { message: target.constructor.name, found: `an object with a key ${key}` })
    }
    ;(target as Record<string, unknown>)[key] = (data as Record<string, unknown>)[key]
  }
  return target
}

/** Says what a value is, for error messages: never its content. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') {
    const name = value.constructor?.name
    return name && name !== 'Object' ? `an instance of ${name}` : 'a plain object'
  }
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function'
  return value === undefined ? 'undefined' : `a ${typeof value}`
}

/** `a command`, `an integration event`. */
export function withArticle(kind: MessageKind): string {
  return `${kind.startsWith('i') ? 'an' : 'a'} ${kind}`
}
