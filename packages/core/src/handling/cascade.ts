import { isRetryable } from '../errors.js'
import { fault } from '../faults.js'
import type { ContextActions, MessageContext } from '../message/context.js'
import { hasEnded } from '../message/event-sink.js'
import {
  type DomainEvent,
  describeValue,
  type IntegrationEvent,
  kindOf,
  type Message,
  type MessageClass,
  type MessageKind,
  withArticle,
} from '../message/message.js'
import { type EventCarrier, eventsOf, isEventCarrier } from '../message/result.js'
import { type Chain, runChain } from './chain.js'
import { DispatchCall } from './dispatch-call.js'

/** The compiled chains of an event class. */
export type EventHandlers = (eventClass: MessageClass) => readonly Chain[]

interface Raised {
  readonly event: Message
  readonly context: MessageContext
}

const DONE = Promise.resolve()

/** Hands events to their handlers in this process, and the events that those raise: breadth first, in one unit of work. */
export class Cascade {
  constructor(
    private readonly handlersOf: EventHandlers,
    private readonly actions: ContextActions,
    private readonly maxDepth: number,
    /** Whether any event has a handler in this process: without one there is nothing to look up. */
    private readonly hasHandlers: boolean,
  ) {}

  /** Publishes an event that comes from outside, in its own context. */
  start(event: DomainEvent | IntegrationEvent, context: MessageContext): Promise<void> {
    try {
      if (!sinks(event, context, checkEvent(event) === 'domain event')) return DONE
      const chains = this.handlersOf(event.constructor as MessageClass)
      if (chains.length === 0) return DONE
      return chains.length === 1
        ? this.runSingle(chains[0] as Chain, event, context)
        : this.runSeveral(chains, event, context)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  // The usual case without an async frame of its own, which would cost as much as the rest.
  private runSingle(chain: Chain, event: Message, context: MessageContext): Promise<void> {
    if (!chain.handler.enabled) return DONE
    return Promise.resolve(runOne(chain, event, context)).then((carrier) =>
      isEventCarrier(carrier) ? this.follow(carrier, context, chain.handler.name) : undefined,
    )
  }

  private async runSeveral(chains: readonly Chain[], event: Message, context: MessageContext): Promise<void> {
    const queue: Raised[] = []
    await this.runAll(chains, event, context, queue)
    if (queue.length > 0) await this.drain(queue)
  }

  /** Publishes an event from within a handler. */
  async raise(event: DomainEvent | IntegrationEvent, context: MessageContext): Promise<void> {
    const queue = this.push(event, context, undefined, checkEvent(event) === 'domain event')
    if (queue !== undefined) await this.drain(queue)
  }

  /** Follows up what a handler returned; `undefined` when there is nothing to wait for. */
  follow(carrier: EventCarrier, context: MessageContext, handler: string): Promise<void> | undefined {
    const queue = this.gather(carrier, context, handler, undefined)
    return queue && this.drain(queue)
  }

  /** Follows up what a handler returned, and answers it once that is done. */
  answer(carrier: EventCarrier, context: MessageContext, handler: string): EventCarrier | Promise<EventCarrier> {
    const pending = this.follow(carrier, context, handler)
    return pending === undefined ? carrier : pending.then(() => carrier)
  }

  /** Answers the queue, made only when handlers in this process are due. */
  private gather(
    carrier: EventCarrier,
    context: MessageContext,
    handler: string,
    given: Raised[] | undefined,
  ): Raised[] | undefined {
    let queue = given
    const domain = eventsOf(carrier, 'domain event', handler)
    for (let index = 0; index < domain.length; index++)
      queue = this.push(domain[index] as DomainEvent, context, queue, true)
    const integration = eventsOf(carrier, 'integration event', handler)
    for (let index = 0; index < integration.length; index++)
      queue = this.push(integration[index] as IntegrationEvent, context, queue, false)
    return queue
  }

  private push(
    event: DomainEvent | IntegrationEvent,
    context: MessageContext,
    queue: Raised[] | undefined,
    isDomain: boolean,
  ): Raised[] | undefined {
    if (!sinks(event, context, isDomain)) return queue
    if (!this.hasHandlers || this.handlersOf(event.constructor as MessageClass).length === 0) return queue
    const depth = context.depth + 1
    if (depth > this.maxDepth) {
      throw fault('GULO_CASCADE_TOO_DEEP', { depth: this.maxDepth, message: event.constructor.name })
    }
    const raised = queue ?? []
    raised.push({ event, context: context.child(this.actions, depth) })
    return raised
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

/** Gathers the event for publishing; answers whether its handlers in this process are due. */
function sinks(event: Message, { sink }: MessageContext, isDomain: boolean): boolean {
  if (sink === undefined) return true
  if (hasEnded(sink)) {
    throw fault('GULO_UNIT_OF_WORK_ENDED', { operation: 'publish', message: event.constructor.name })
  }
  // A list of one to begin with: pushing into an empty one makes room for seventeen.
  if (isDomain) {
    if (sink.domainEvents.length === 0) sink.domainEvents = [event as DomainEvent]
    else sink.domainEvents.push(event as DomainEvent)
    return true
  }
  // Where there is a publisher the broker brings integration events back: never twice to one handler.
  if (sink.integrationEvents.length === 0) sink.integrationEvents = [event as IntegrationEvent]
  else sink.integrationEvents.push(event as IntegrationEvent)
  return false
}

function runOne(chain: Chain, event: Message, context: MessageContext): unknown {
  if (chain.collecting === undefined) return runChain(chain, event, context)
  const call = new DispatchCall(event, context)
  return Promise.resolve(chain.collecting(call)).then(() => call.carrier)
}

function checkEvent(event: unknown): MessageKind {
  const kind = kindOf(event)
  if (kind === undefined) {
    throw fault('GULO_NOT_A_MESSAGE', { operation: 'publish', found: describeValue(event), expected: 'event' })
  }
  if (!kind.endsWith('event')) {
    throw fault('GULO_WRONG_KIND', {
      operation: 'publish',
      message: (event as object).constructor.name,
      kind: withArticle(kind),
    })
  }
  return kind
}
