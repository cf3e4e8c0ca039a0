import { fault } from '../faults.js'
import type { MessageContext } from '../message/context.js'
import {
  assignData,
  type DomainEvent,
  describeValue,
  type IntegrationEvent,
  type MessageBase,
  type MessageClass,
} from '../message/message.js'

/** One registration of a mapper. */
export interface Mapping {
  /** The event class or base class; `undefined` for a mapping by predicate. */
  readonly event: MessageBase<DomainEvent> | undefined
  readonly predicate: ((event: DomainEvent) => boolean) | undefined
  readonly contract: MessageClass<IntegrationEvent>
  readonly transform: ((event: DomainEvent, context: MessageContext) => unknown) | undefined
}

const NONE: readonly IntegrationEvent[] = []

/** What the mapping makes of the event. @throws GULO_MAPPING_FAILED */
export function runMapping(mapping: Mapping, event: DomainEvent, context: MessageContext): readonly IntegrationEvent[] {
  const data = mapping.transform === undefined ? event : transformed(mapping, mapping.transform, event, context)
  if (data === undefined || data === null) return NONE
  return Array.isArray(data) ? data.map((item) => make(mapping, event, item)) : [make(mapping, event, data)]
}

function transformed(
  mapping: Mapping,
  transform: NonNullable<Mapping['transform']>,
  event: DomainEvent,
  context: MessageContext,
): unknown {
  try {
    return transform(event, context)
  } catch (error) {
    throw failed(mapping, event, error instanceof Error ? error.message : String(error), error)
  }
}

function make(mapping: Mapping, event: DomainEvent, data: unknown): IntegrationEvent {
  if (data instanceof mapping.contract) return data
  if (data === null || typeof data !== 'object' || Array.isArray(data) || data instanceof Promise) {
    throw failed(mapping, event, `it answered ${describeValue(data)}`)
  }
  return assignData(new mapping.contract(), data)
}

function failed(mapping: Mapping, event: DomainEvent, reason: string, cause?: unknown): Error {
  return fault('GULO_MAPPING_FAILED', { event: event.constructor.name, contract: mapping.contract.name, reason }, cause)
}
