import { fault, reportFaults } from '../faults.js'
import { type ContextActions, type ContextOptions, MessageContext } from '../message/context.js'
import {
  type Command,
  type DomainEvent,
  type IntegrationEvent,
  type Message,
  type MessageClass,
  type Query,
  type ResultOf,
} from '../message/message.js'
import { isEventCarrier } from '../message/result.js'
import { consoleLogger, type Observer, observe, shielded } from '../message/signals.js'
import { createRuntime, type Runtime } from '../runtime/runtime.js'
import { Cascade, type EventHandlers } from './cascade.js'
import { type Chain, chainOf, compileChain, runChain, type Stage } from './chain.js'
import type { DispatchBackend } from './dispatch-backend.js'
import { DispatchCall } from './dispatch-call.js'
import type { Dispatcher, SendOptions } from './dispatcher.js'
import { newFactory } from './handler.js'
import type { MediatorOptions } from './mediator-options.js'
import { checkMiddleware, type Middleware, stepsFor } from './middleware.js'
import { HandlerRegistry, type HandlerSource, type RegisteredHandler } from './registry.js'
import { kindFault, nestedFault } from './send-faults.js'

const NONE: readonly Chain[] = []
const nothing = () => undefined
const unscheduled = () => Promise.reject(fault('GULO_SCHEDULE_UNAVAILABLE', { operation: 'schedule' }))

/** Finds the handlers of a message in this process and runs them. */
export class Mediator implements Dispatcher {
  readonly runtime: Runtime
  readonly registry: HandlerRegistry
  readonly backend: DispatchBackend | undefined
  private readonly middleware: readonly Middleware[]
  private readonly surroundings: Parameters<typeof compileChain>[2]
  private readonly actions: ContextActions
  private readonly cascade: Cascade
  private readonly observer: Observer | undefined
  private readonly chains = new Map<unknown, Chain>()
  private readonly eventChains = new Map<unknown, readonly Chain[]>()
  private readonly cascades: boolean
  private readonly maxDepth: number

  /** @throws GULO_HANDLER_DUPLICATE, GULO_HANDLER_INVALID, GULO_MIDDLEWARE_INVALID … */
  constructor(options: MediatorOptions) {
    reportFaults(
      'the mediator',
      Array.isArray(options?.handlers) ? [] : ['handlers is no array: list them, or nothing: [].'],
    )
    checkMiddleware(options.middleware ?? [])
    this.runtime = options.runtime ?? createRuntime()
    this.middleware = options.middleware ?? []
    this.backend = options.backend
    this.registry = new HandlerRegistry(options.handlers, options.factory ?? newFactory)
    const logger = shielded(options.logger ?? consoleLogger)
    this.surroundings = { clock: this.runtime.clock, logger, tracer: options.tracer }
    this.observer = observe(options.observers ?? [])
    this.cascades = this.registry.list().some((each) => each.kind.endsWith('event'))
    this.actions = {
      schedule: options.schedule ?? unscheduled,
      send: (message, context) => this.sendWithin(message, context),
      publish: (event, context) => this.cascade.raise(event, context),
    }
    this.maxDepth = options.maxEventDepth ?? 32
    this.cascade = new Cascade(this.handlersOfEvent, this.actions, this.maxDepth, this.cascades)
  }

  send<M extends Command<unknown> | Query<unknown>>(message: M, options?: SendOptions): Promise<ResultOf<M>> {
    const context = options?.context ?? new MessageContext(this.runtime, options, this.actions)
    if (this.backend !== undefined) return this.backend.dispatch(() => this.dispatch(message, context))
    return this.dispatch(message, context)
  }

  publish(event: DomainEvent | IntegrationEvent, options?: SendOptions): Promise<void> {
    const context = options?.context ?? new MessageContext(this.runtime, options, this.actions)
    if (this.backend !== undefined) return this.backend.dispatch(() => this.cascade.start(event, context))
    return this.cascade.start(event, context)
  }

  /** Publishes in place, whatever the backend. */
  dispatchEvent(event: DomainEvent | IntegrationEvent, context: MessageContext): Promise<void> {
    return this.cascade.start(event, context)
  }

  /** A context whose actions are this mediator's. */
  createContext(options?: ContextOptions): MessageContext {
    return new MessageContext(this.runtime, options, this.actions)
  }

  /** Sends in place, whatever the backend: not `async`, so that the handler's own promise goes back untouched. */
  dispatch<M extends Message>(message: M, context: MessageContext): Promise<ResultOf<M>> {
    try {
      const chain = this.chains.get(message?.constructor) ?? this.compile(message)
      if (this.observer !== undefined) this.observer({ kind: 'sent', message, name: chain.handler.messageClass.name })
      if (this.cascades || context.sink !== undefined) return this.collect(chain, message, context)
      const outcome =
        chain.around === undefined ? chain.invoke(message, context) : chain.around(new DispatchCall(message, context))
      return (outcome instanceof Promise ? outcome : Promise.resolve(outcome)) as Promise<ResultOf<M>>
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Runs one handler of an event, and the domain events that it raises. */
  async handle(handler: RegisteredHandler, event: Message, context: MessageContext): Promise<void> {
    return this.finish(handler, await this.begin(handler, event, context), context)
  }

  /** The first half of `handle`, which may throw: what the handler answers, or a promise of it, for `finish`. */
  begin(handler: RegisteredHandler, event: Message, context: MessageContext): unknown {
    const chain = chainOf(this.handlersOfEvent(event.constructor as MessageClass), handler)
    if (chain.collecting === undefined) return runChain(chain, event, context)
    return this.collectAround(chain, chain.collecting, event, context).then(nothing)
  }

  /** The second half of `handle`: raises the events of the answer; `undefined` when there is nothing to wait for. */
  finish(handler: RegisteredHandler, answer: unknown, context: MessageContext): Promise<void> | undefined {
    return isEventCarrier(answer) ? this.cascade.follow(answer, context, handler.name) : undefined
  }

  /** Takes handlers out of service: commands are refused, events pass them by, consumers hold their messages back. */
  disable(which: HandlerSource | string): void {
    this.setEnabled(which, false)
  }

  /** Puts handlers back into service. */
  enable(which: HandlerSource | string): void {
    this.setEnabled(which, true)
  }

  /** Compiles every chain now, so that a handler that cannot be created is found at start. */
  prepare(): void {
    for (const { kind, messageClass } of this.registry.list()) {
      if (kind.endsWith('event')) this.handlersOfEvent(messageClass)
      else this.compileClass(messageClass)
    }
  }

  /** What runs for a message class, outermost first, one list for each handler. */
  explain(messageClass: MessageClass): readonly (readonly string[])[] {
    return this.registry.of(messageClass).map((handler) => this.chainFor(handler).steps)
  }

  private sendWithin<M extends Message>(message: M, context: MessageContext): Promise<ResultOf<M>> {
    const wrong = nestedFault(message, context, this.maxDepth)
    return wrong ? Promise.reject(wrong) : this.dispatch(message, context.child(this.actions, context.depth + 1))
  }

  private collect(chain: Chain, message: Message, context: MessageContext): Promise<never> {
    if (chain.collecting !== undefined) return this.collectAround(chain, chain.collecting, message, context)
    // `then`, because an async frame costs as much as the rest of the dispatch.
    return Promise.resolve(runChain(chain, message, context)).then((value) =>
      isEventCarrier(value) ? this.cascade.answer(value, context, chain.handler.name) : value,
    ) as Promise<never>
  }

  private async collectAround(chain: Chain, around: Stage, message: Message, context: MessageContext): Promise<never> {
    const call = new DispatchCall(message, context)
    const value = await around(call)
    if (isEventCarrier(call.carrier)) await this.cascade.follow(call.carrier, context, chain.handler.name)
    return value as never
  }

  private compile(message: Message): Chain {
    const wrong = kindFault(message)
    if (wrong) throw wrong
    return this.compileClass(message.constructor as MessageClass)
  }

  private compileClass(messageClass: MessageClass): Chain {
    const [handler] = this.registry.of(messageClass)
    if (handler === undefined) throw fault('GULO_HANDLER_NOT_FOUND', { message: messageClass.name })
    const chain = this.chainFor(handler)
    this.chains.set(messageClass, chain)
    return chain
  }

  private readonly handlersOfEvent: EventHandlers = (eventClass) => {
    const known = this.eventChains.get(eventClass)
    if (known !== undefined) return known
    const handlers = this.registry.of(eventClass)
    // Only classes with handlers are kept: the map does not grow with what is published.
    if (handlers.length === 0) return NONE
    const chains = handlers.map((handler) => this.chainFor(handler))
    this.eventChains.set(eventClass, chains)
    return chains
  }

  private chainFor(handler: RegisteredHandler): Chain {
    return compileChain(handler, stepsFor(this.middleware, handler.messageClass, handler.kind), this.surroundings)
  }

  private setEnabled(which: HandlerSource | string, enabled: boolean): void {
    this.registry.setEnabled(which, enabled)
    this.chains.clear()
    this.eventChains.clear()
  }
}
