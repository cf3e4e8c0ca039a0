import { fault } from '../faults.js'
import { type DomainEvent, describeValue, type IntegrationEvent, kindOf } from './message.js'

/** Anything whose events are published once the handler has succeeded: a result, or an aggregate that collects its own. */
export interface EventCarrier {
  readonly domainEvents?: readonly DomainEvent[]
  readonly integrationEvents?: readonly IntegrationEvent[]
}

const NONE: readonly never[] = Object.freeze([])

/** What a handler answers together with what happened. */
export class Result<T> implements EventCarrier {
  constructor(
    readonly value: T,
    readonly domainEvents: readonly DomainEvent[] = NONE,
    readonly integrationEvents: readonly IntegrationEvent[] = NONE,
  ) {}
}

/** Answers `value` and raises `events`; domain events go to the mapper, integration events pass through as they are. */
export function result(value: void, ...events: readonly (DomainEvent | IntegrationEvent)[]): Result<void>
export function result<T>(value: T, ...events: readonly (DomainEvent | IntegrationEvent)[]): Result<T>
export function result<T>(value: T, ...events: (DomainEvent | IntegrationEvent)[]): Result<T> {
  // One domain event is the usual case: its list is the one that came in.
  if (events.length === 1 && kindOf(events[0]) === 'domain event') return new Result(value, events as DomainEvent[])
  const domain: DomainEvent[] = []
  let integration: IntegrationEvent[] | undefined
  for (const event of events) {
    const kind = kindOf(event)
    if (kind === 'domain event') domain.push(event as DomainEvent)
    else if (kind === 'integration event') (integration ??= []).push(event as IntegrationEvent)
    else throw fault('GULO_EVENTS_INVALID', { handler: 'result()', found: describeValue(event) })
  }
  return new Result(value, domain, integration)
}

/** Whether `value` carries events, without looking at them. */
export function isEventCarrier(value: unknown): value is EventCarrier {
  return (
    value !== null &&
    typeof value === 'object' &&
    ((value as EventCarrier).domainEvents !== undefined || (value as EventCarrier).integrationEvents !== undefined)
  )
}

/**
 * The events a handler returned, checked.
 * @throws GULO_EVENTS_INVALID when a list holds anything else than events of its kind.
 */
export function eventsOf<K extends 'domain event' | 'integration event'>(
  carrier: EventCarrier,
  kind: K,
  handler: string,
): readonly (K extends 'domain event' ? DomainEvent : IntegrationEvent)[] {
  const events: unknown = kind === 'domain event' ? carrier.domainEvents : carrier.integrationEvents
  if (events === undefined) return NONE
  if (!Array.isArray(events)) throw fault('GULO_EVENTS_INVALID', { handler, found: describeValue(events) })
  // By index: iterating a list that may be of any shape costs more than the check itself.
  for (let index = 0; index < events.length; index++) {
    if (kindOf(events[index]) !== kind)
      throw fault('GULO_EVENTS_INVALID', { handler, found: describeValue(events[index]) })
  }
  return events
}
