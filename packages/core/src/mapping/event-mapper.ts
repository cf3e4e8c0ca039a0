import { fault } from '../faults.js'
import type { MessageContext } from '../message/context.js'
import { contractOf } from '../message/contract.js'
import {
  type DataOf,
  type DomainEvent,
  describeValue,
  type IntegrationEvent,
  kindOfClass,
  type MessageBase,
  type MessageClass,
} from '../message/message.js'
import { consoleLogger, type Logger } from '../message/signals.js'
import { type Mapping, runMapping } from './mapping.js'

/** What a transform answers: the data of one contract event, of several, or nothing. */
export type Mapped<C> = DataOf<C> | readonly DataOf<C>[] | undefined

/** Refuses keys beyond those of the contract, which TypeScript lets pass in what a function returns; takes an instance. */
export type Exactly<T, C> = T extends readonly (infer Item)[]
  ? readonly Exactly<Item, C>[]
  : T extends undefined | C
    ? T
    : { [K in keyof T]: K extends keyof DataOf<C> ? T[K] : never }

/**
 * The contract class when the event has exactly its fields, with fitting types; optional ones may be missing. Extra fields
 * are refused too: what is not in the contract must not leave the service.
 */
export type Matching<E, C extends IntegrationEvent> = [DataOf<E>] extends [DataOf<C>]
  ? [keyof DataOf<E>] extends [keyof DataOf<C>]
    ? MessageClass<C>
    : DifferingFields<Exclude<keyof DataOf<E>, keyof DataOf<C>>>
  : DifferingFields<MissingFields<E, C>>

/** Names what a mapping without a transform lacks or has too much; seen in compile errors only. */
export interface DifferingFields<F> {
  readonly 'give a transform: these fields differ': F
}

/** The fields of a contract that an event lacks or has with another type. */
export type MissingFields<E, C> = {
  [K in keyof DataOf<C>]: K extends keyof DataOf<E> ? (DataOf<E>[K] extends DataOf<C>[K] ? never : K) : K
}[keyof DataOf<C>]

export interface EventMapperOptions {
  /** What happens to a domain event without a mapping. @default 'ignore' */
  readonly unmapped?: 'ignore' | 'warn' | 'fail'
  readonly logger?: Logger
}

/** Turns domain events, which stay inside a service, into integration events, which leave it. */
export class EventMapper {
  private readonly mappings: Mapping[] = []
  private readonly plans = new Map<unknown, readonly Mapping[]>()
  private readonly warned = new Set<unknown>()
  private readonly unmapped: 'ignore' | 'warn' | 'fail'
  private readonly logger: Logger

  constructor({ unmapped = 'ignore', logger = consoleLogger }: EventMapperOptions = {}) {
    this.unmapped = unmapped
    this.logger = logger
  }

  /**
   * Maps an event class, or a base class of several, to a contract. Without a transform the fields of the contract are
   * copied, and it compiles only when the event has exactly these. The registration of the event's own class goes before
   * that of a base class; several contracts for one class are all made.
   * @throws GULO_MAPPING_INVALID or GULO_CONTRACT_MISSING
   */
  register<E extends DomainEvent, C extends IntegrationEvent>(
    event: MessageBase<E>,
    contract: Matching<E, C> & MessageClass<C>,
  ): this
  register<E extends DomainEvent, C extends IntegrationEvent, T extends Mapped<C>>(
    event: MessageBase<E>,
    contract: MessageClass<C>,
    transform: (event: E, context: MessageContext) => T & Exactly<T, C>,
  ): this
  register(
    event: MessageBase<DomainEvent>,
    contract: MessageClass<IntegrationEvent>,
    transform?: Mapping['transform'],
  ): this {
    const name = event?.name ?? describeValue(event)
    check(kindOfClass(event) === 'domain event', name, contract, `${name} is no DomainEvent class`)
    check(
      !this.mappings.some((each) => each.event === event && each.contract === contract),
      name,
      contract,
      'it is registered twice',
    )
    return this.add({ event, predicate: undefined, contract, transform })
  }

  /** Maps every event for which `predicate` answers true, beside what is registered for its class. */
  registerWhen<C extends IntegrationEvent, T extends Mapped<C>>(
    predicate: (event: DomainEvent) => boolean,
    contract: MessageClass<C>,
    transform: (event: DomainEvent, context: MessageContext) => T & Exactly<T, C>,
  ): this {
    return this.add({ event: undefined, predicate, contract, transform: transform as Mapping['transform'] })
  }

  /** The integration events of a domain event, in the order of registration. */
  map(event: DomainEvent, context: MessageContext): readonly IntegrationEvent[] {
    const plan = this.plans.get(event.constructor) ?? this.plan(event)
    if (plan.length === 1 && plan[0]?.predicate === undefined) return runMapping(plan[0] as Mapping, event, context)
    const mapped: IntegrationEvent[] = []
    let fits = false
    for (const mapping of plan) {
      if (mapping.predicate && !mapping.predicate(event)) continue
      fits = true
      mapped.push(...runMapping(mapping, event, context))
    }
    if (!fits && this.unmapped !== 'ignore') this.reportUnmapped(event)
    return mapped
  }

  /** The contract classes that this mapper can make. */
  contracts(): readonly MessageClass<IntegrationEvent>[] {
    return [...new Set(this.mappings.map((each) => each.contract))]
  }

  /** Every mapping in words: `OrderPlaced → ordering.order.placed.v1 (same fields)`. */
  describe(): readonly string[] {
    return this.mappings.map(({ event, contract, transform }) => {
      const how = transform ? 'transform' : 'same fields'
      return `${event?.name ?? 'events by predicate'} → ${contractOf(contract)?.type} (${how})`
    })
  }

  private add(mapping: Mapping): this {
    const name = mapping.event?.name ?? 'events by predicate'
    check(
      kindOfClass(mapping.contract) === 'integration event',
      name,
      mapping.contract,
      'its target is no IntegrationEvent class',
    )
    if (contractOf(mapping.contract) === undefined)
      throw fault('GULO_CONTRACT_MISSING', { message: mapping.contract.name })
    this.mappings.push(mapping)
    this.plans.clear()
    return this
  }

  /** Own class first, else the nearest base class; predicates always. */
  private plan(event: DomainEvent): readonly Mapping[] {
    let nearest: unknown = event.constructor
    while (typeof nearest === 'function' && !this.mappings.some((each) => each.event === nearest)) {
      nearest = Object.getPrototypeOf(nearest)
    }
    const plan = this.mappings.filter((each) => each.predicate !== undefined || each.event === nearest)
    this.plans.set(event.constructor, plan)
    return plan
  }

  private reportUnmapped(event: DomainEvent): void {
    const name = event.constructor.name
    if (this.unmapped === 'fail') throw fault('GULO_EVENT_UNMAPPED', { event: name })
    if (this.warned.has(event.constructor)) return
    this.warned.add(event.constructor)
    this.logger.warn(`the domain event ${name} has no mapping and is not published`)
  }
}

function check(holds: boolean, event: string, contract: unknown, wrong: string): void {
  if (holds) return
  const target = typeof contract === 'function' ? contract.name : describeValue(contract)
  throw fault('GULO_MAPPING_INVALID', { event, contract: target, wrong })
}
