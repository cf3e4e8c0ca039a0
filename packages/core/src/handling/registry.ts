import { GuloError } from '../errors.js'
import { fault } from '../faults.js'
import { describeValue, kindOfClass, type Message, type MessageClass, type MessageKind } from '../message/message.js'
import { toMs } from '../runtime/clock.js'
import type {
  DedupeOptions,
  Handler,
  HandlerClass,
  HandlerDefinition,
  HandlerFactory,
  HandlerFunction,
} from './handler.js'
import { notedOn } from './handles.js'

// biome-ignore lint/suspicious/noExplicitAny: handlers of different messages in one list; @Handles has checked each
export type AnyHandler = { readonly handle: (...parameters: any[]) => unknown }

/** What can be listed under `handlers`: a class or instance with `@Handles`, or what `handler()` makes. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type HandlerSource = (new (...parameters: any[]) => AnyHandler) | AnyHandler | HandlerDefinition<any>

/** How repeated messages are known. */
export interface Dedupe {
  readonly by: (message: Message) => string | undefined
  readonly windowMs: number
}

/** One handler in a registry. */
export interface RegisteredHandler {
  readonly messageClass: MessageClass
  readonly kind: MessageKind
  readonly name: string
  readonly isolated: boolean
  readonly broadcast: boolean
  readonly batched: boolean
  readonly dedupe: Dedupe | undefined
  readonly source: HandlerSource
  enabled: boolean
  /** The handler itself: one for all messages, created on first use, or a new one each time when it is transient. */
  readonly instance: () => Handler<Message>
  readonly transient: boolean
}

const NONE: readonly RegisteredHandler[] = []

/** Knows the handlers of every message class and finds faults among them at once. */
export class HandlerRegistry {
  private readonly byClass = new Map<MessageClass, RegisteredHandler[]>()
  private readonly singles = new Map<unknown, Handler<Message>>()

  /** @throws GULO_HANDLER_INVALID, GULO_HANDLER_DUPLICATE or GULO_NOT_A_MESSAGE_CLASS; several as GULO_CONFIGURATION_INVALID. */
  constructor(sources: readonly HandlerSource[], factory: HandlerFactory) {
    const faults: GuloError[] = []
    for (const source of sources) {
      try {
        for (const definition of definitionsOf(source)) this.add(definition, source, factory)
      } catch (error) {
        if (!GuloError.is(error)) throw error
        faults.push(error)
      }
    }
    faults.push(...this.duplicates())
    if (faults.length === 1) throw faults[0]
    if (faults.length > 1) {
      const text = faults.map((each) => each.message).join(' ')
      throw fault('GULO_CONFIGURATION_INVALID', {
        component: 'the handlers',
        count: faults.length,
        faults: text,
        errors: faults,
      })
    }
  }

  /** The handlers of exactly this class, in the order they were listed. */
  of(messageClass: MessageClass): readonly RegisteredHandler[] {
    return this.byClass.get(messageClass) ?? NONE
  }

  /** Every handler, grouped by message class. */
  list(): readonly RegisteredHandler[] {
    return [...this.byClass.values()].flat()
  }

  /** The handlers that came from a class, instance or definition, or that bear a name. */
  find(which: HandlerSource | string): readonly RegisteredHandler[] {
    return this.list().filter((each) => each.source === which || each.name === which)
  }

  /** Takes handlers out of service, or puts them back. @throws GULO_HANDLER_INVALID when none is meant */
  setEnabled(which: HandlerSource | string, enabled: boolean): void {
    const found = this.find(which)
    if (found.length === 0) {
      const handler = typeof which === 'string' ? which : describeValue(which)
      throw fault('GULO_HANDLER_INVALID', { handler, wrong: 'it is not registered here' })
    }
    for (const handler of found) handler.enabled = enabled
  }

  private add(definition: HandlerDefinition, source: HandlerSource, factory: HandlerFactory): void {
    const kind = kindOfClass(definition.messageClass)
    if (kind === undefined) {
      throw fault('GULO_NOT_A_MESSAGE_CLASS', {
        found: describeValue(definition.messageClass),
        where: ` It is what ${definition.name} is to handle.`,
        handler: definition.name,
      })
    }
    const registered = register(definition, kind, source, factory, this.singles)
    const others = this.byClass.get(definition.messageClass)
    if (others) others.push(registered)
    else this.byClass.set(definition.messageClass, [registered])
  }

  private duplicates(): GuloError[] {
    return [...this.byClass.values()]
      .filter(([first, ...others]) => others.length > 0 && (first?.kind === 'command' || first?.kind === 'query'))
      .map((all) => {
        const [{ messageClass, kind }] = all as [RegisteredHandler]
        return fault('GULO_HANDLER_DUPLICATE', {
          message: messageClass.name,
          kind,
          handlers: all.map((each) => each.name),
        })
      })
  }
}

function definitionsOf(source: HandlerSource): readonly HandlerDefinition[] {
  if (typeof source === 'function') {
    const noted = notedOn(source)
    if (noted.length === 0) throw invalid(source, 'it has no @Handles')
    return noted.map((each) => ({ ...each, target: source as unknown as HandlerClass }))
  }
  if (source === null || typeof source !== 'object') throw invalid(source, `it is ${describeValue(source)}`)
  if ('messageClass' in source && 'target' in source) return [source as HandlerDefinition]
  const noted = notedOn(source.constructor)
  if (noted.length === 0) throw invalid(source, 'its class has no @Handles')
  return noted.map((each) => ({ ...each, target: source as Handler<Message> }))
}

function register(
  { messageClass, name, options, target }: HandlerDefinition,
  kind: MessageKind,
  source: HandlerSource,
  factory: HandlerFactory,
  singles: Map<unknown, Handler<Message>>,
): RegisteredHandler {
  const { isolated = false, broadcast = false, batched = true } = options
  const dedupe = options.dedupe && checkDedupe(options.dedupe, name, kind, broadcast)
  const common = { messageClass, kind, name, isolated, broadcast, batched, dedupe, source, enabled: true }
  if (typeof target !== 'function') {
    checkHandle(target, name)
    return { ...common, transient: false, instance: () => target as Handler<Message> }
  }
  const create = () => checkHandle(factory.create(target), name)
  const transient = factory.isTransient?.(target) ?? false
  if (transient) return { ...common, transient, instance: create }
  // One for all messages that the class handles.
  const instance = () => singles.get(target) ?? keep(singles, target, create())
  return { ...common, transient, instance }
}

function checkDedupe({ by, window }: DedupeOptions, name: string, kind: MessageKind, broadcast: boolean): Dedupe {
  const windowMs = toMs(window)
  if (broadcast)
    throw fault('GULO_HANDLER_INVALID', {
      handler: name,
      wrong: 'it has broadcast and dedupe: one instance would leave out what another has done',
    })
  if (kind !== 'integration event')
    throw fault('GULO_HANDLER_INVALID', { handler: name, wrong: `dedupe is for integration events, not for a ${kind}` })
  if (typeof by !== 'function')
    throw fault('GULO_HANDLER_INVALID', { handler: name, wrong: `dedupe.by is ${describeValue(by)}, no function` })
  if (windowMs === undefined || !(windowMs > 0))
    throw fault('GULO_HANDLER_INVALID', {
      handler: name,
      wrong: `dedupe.window is ${String(window)}, no time like '1d'`,
    })
  return { by, windowMs }
}

function keep<T>(singles: Map<unknown, T>, target: unknown, made: T): T {
  singles.set(target, made)
  return made
}

function checkHandle(candidate: unknown, name: string): Handler<Message> {
  const handle: unknown = (candidate as { handle?: HandlerFunction<Message> } | null | undefined)?.handle
  if (typeof handle !== 'function')
    throw fault('GULO_HANDLER_INVALID', { handler: name, wrong: 'it has no handle method' })
  return candidate as Handler<Message>
}

function invalid(source: unknown, wrong: string): GuloError {
  const handler = typeof source === 'function' ? source.name || 'A function' : 'An entry of handlers'
  return fault('GULO_HANDLER_INVALID', { handler, wrong })
}
