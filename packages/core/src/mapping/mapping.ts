import { reasonOf } from '../errors.js'
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
  /** The fields of the contract, noted when the first one is made: listing them costs more than copying. */
  declared?: readonly string[]
}

type Fields = Record<string, unknown>

const NONE: readonly IntegrationEvent[] = []

/** What the mapping makes of the event. @throws GULO_MAPPING_FAILED */
export function runMapping(mapping: Mapping, event: DomainEvent, context: MessageContext): readonly IntegrationEvent[] {
  if (mapping.transform === undefined) return [copied(mapping, event)]
  const data = transformed(mapping, mapping.transform, event, context)
  if (data === undefined || data === null) return NONE
  return Array.isArray(data) ? data.map((item) => make(mapping, event, item)) : [make(mapping, event, data)]
}

/** Copies what the contract declares, so that a subclass of the event that knows more gives nothing more away. */
function copied(mapping: Mapping, event: DomainEvent): IntegrationEvent {
  const made = new mapping.contract()
  mapping.declared ??= declaredBy(made)
  const { declared } = mapping
  if (declared.length === 0) return assignData(made, event)
  const from = event as unknown as Fields
  const to = made as unknown as Fields
  for (let index = 0; index < declared.length; index++) {
    const field = declared[index] as string
    if (field in from) to[field] = from[field]
  }
  return made
}

// A class compiled without field definitions shows only the fields it initialises. Where every field has a value, nobody
// can tell what is missing: then none are taken for known, and the event, which the compiler has checked, is copied.
function declaredBy(made: IntegrationEvent): readonly string[] {
  return Object.values(made).includes(undefined) ? Object.keys(made) : []
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
    throw failed(mapping, event, reasonOf(error), error)
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
