import { isRetryable } from '../errors.js'
import { fault } from '../faults.js'
import type { ContextActions, MessageContext } from '../message/context.js'
import {
  type DomainEvent,
  describeValue,
  type IntegrationEvent,
  kindOf,
  type Message,
  type MessageClass,
} from '../message/message.js'
import { type EventCarrier, eventsOf, isEventCarrier } from '../message/result.js'
import type { Chain } from './chain.js'
import { DispatchCall } from './dispatch-call.js'

/** The compiled chains of an event class. */
export type EventHandlers = (eventClass: MessageClass) => readonly Chain[]

interface Raised {
  readonly event: Message
  readonly context: MessageContext
}

/** Hands events to their handlers in this process, and the events that those raise: breadth first, in one unit of work. */
export class Cascade {
  constructor(
    private readonly handlersOf: EventHandlers,
    private readonly actions: ContextActions,
    private readonly maxDepth: number,
  ) {}

  /** Publishes an event that comes from outside, in its own context. */
  async start(event: DomainEvent | IntegrationEvent, context: MessageContext): Promise<void> {
    checkEvent(event)
    if (!this.sink(event, context)) return
    const chains = this.handlersOf(event.constructor as MessageClass)
    if (chains.length === 0) return
    const queue: Raised[] = []
    await this.runAll(chains, event, context, queue)
    if (queue.length > 0) await this.drain(queue)
  }

  /** Publishes an event from within a handler. */
  async raise(event: DomainEvent | IntegrationEvent, context: MessageContext): Promise<void> {
    checkEvent(event)
    const queue: Raised[] = []
    this.push(event, context, queue)
    if (queue.length > 0) await this.drain(queue)
  }

  /** Follows up what a handler returned; `undefined` when there is nothing to wait for. */
  follow(carrier: EventCarrier, context: MessageContext, handler: string): Promise<void> | undefined {
    const queue: Raised[] = []
    this.gather(carrier, context, handler, queue)
    return queue.length > 0 ? this.drain(queue) : undefined
  }

  private gather(carrier: EventCarrier, context: MessageContext, handler: string, queue: Raised[]): void {
    for (const event of eventsOf(carrier, 'domain event', handler)) this.push(event, context, queue)
    for (const event of eventsOf(carrier, 'integration event', handler)) this.push(event, context, queue)
  }

  private push(event: DomainEvent | IntegrationEvent, context: MessageContext, queue: Raised[]): void {
    if (!this.sink(event, context)) return
    if (this.handlersOf(event.constructor as MessageClass).length === 0) return
    const depth = context.depth + 1
    if (depth > this.maxDepth)
      throw fault('GULO_CASCADE_TOO_DEEP', { depth: this.maxDepth, message: event.constructor.name })
    queue.push({ event, context: context.child(this.actions, depth) })
  }

  /** Gathers the event for publishing; answers whether its handlers in this process are due. */
  private sink(event: Message, context: MessageContext): boolean {
    const sink = context.sink
    if (sink === undefined) return true
    if (kindOf(event) === 'domain event') {
      sink.domainEvents.push(event as DomainEvent)
      return true
    }
    // Where there is a publisher the broker brings integration events back: never twice to one handler.
    sink.integrationEvents.push(event as IntegrationEvent)
    return false
  }

  private async drain(queue: Raised[]): Promise<void> {
    for (let index = 0; index < queue.length; index++) {
      const { event, context } = queue[index] as Raised
      await this.runAll(this.handlersOf(event.constructor as MessageClass), event, context, queue)
    }
  }

  /** Runs every handler even when one fails; one error goes on as it is, several as GULO_HANDLERS_FAILED. */
  private async runAll(
    chains: readonly Chain[],
    event: Message,
    context: MessageContext,
    queue: Raised[],
  ): Promise<void> {
    let errors: unknown[] | undefined
    for (const chain of chains) {
      if (!chain.handler.enabled) continue
      try {
        const carrier = await runOne(chain, event, context)
        if (isEventCarrier(carrier)) this.gather(carrier, context, chain.handler.name, queue)
      } catch (error) {
        ;(errors ??= []).push(error)
      }
    }
    if (errors === undefined) return
    if (errors.length === 1) throw errors[0]
    const told = {
      message: event.constructor.name,
      count: errors.length,
      total: chains.length,
      errors,
      retryable: errors.some(isRetryable),
    }
    throw fault('GULO_HANDLERS_FAILED', told, new AggregateError(errors))
  }
}

function runOne(chain: Chain, event: Message, context: MessageContext): unknown {
  if (chain.collecting === undefined) return chain.invoke(event, context)
  const call = new DispatchCall(event, context)
  return Promise.resolve(chain.collecting(call)).then(() => call.carrier)
}

function checkEvent(event: unknown): void {
  const kind = kindOf(event)
  if (kind === undefined) {
    throw fault('GULO_NOT_A_MESSAGE', { operation: 'publish', found: describeValue(event), expected: 'event' })
  }
  if (!kind.endsWith('event')) {
    throw fault('GULO_WRONG_KIND', { operation: 'publish', message: (event as object).constructor.name, kind })
  }
}
