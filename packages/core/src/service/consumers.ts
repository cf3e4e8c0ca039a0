import { Consumer } from '../consuming/consumer.js'
import type { ConsumerOptions } from '../consuming/consumer-options.js'
import type { TransactionalKeys } from '../consuming/idempotency-keys.js'
import type { Redelivery } from '../consuming/redelivery.js'
import { fault } from '../faults.js'
import type { Mediator } from '../handling/mediator.js'
import type { MessageDecoder } from '../handling/middleware.js'
import type { RegisteredHandler } from '../handling/registry.js'
import { type ContractRegistry, contractOf } from '../message/contract.js'
import type { EventPublishing } from '../publishing/event-publishing.js'
import type { Scheduler } from '../scheduling/scheduler.js'
import type { ServiceOptions } from './service-options.js'

/** What the consumers of a service share. */
export interface ConsumerWiring {
  readonly inner: Mediator
  readonly publishing: EventPublishing
  readonly contracts: ContractRegistry
  readonly decode: MessageDecoder
  readonly scheduler: Scheduler | undefined
}

/** One consumer for the service, one for its broadcast handlers, and one for each handler that is isolated. */
export function createConsumers(options: ServiceOptions, parts: ConsumerWiring): readonly Consumer[] {
  const { transport, name } = options
  const handlers = parts.inner.registry.list().filter((each) => each.kind === 'integration event')
  if (transport === undefined || handlers.length === 0) return []
  const elsewhere = handlers.flatMap((each) => contractOf(each.messageClass)?.type ?? [])
  const create = (group: string, action: string, served: readonly RegisteredHandler[]) => {
    const broadcast = served.some((each) => each.broadcast)
    const reach = broadcast ? { broadcast } : keptOptions(options, parts)
    return { ...consumerOptions(options, parts), ...reach, elsewhere, transport, group, action, handlers: served }
  }
  const together = handlers.filter((each) => !each.isolated)
  const shared = together.filter((each) => !each.broadcast)
  const broadcast = together.filter((each) => each.broadcast)
  const isolated = handlers.filter((each) => each.isolated)
  const all: readonly ConsumerOptions[] = [
    ...(shared.length > 0 ? [create(name, 'events', shared)] : []),
    ...(broadcast.length > 0 ? [create(`${name}.broadcast`, 'broadcast', broadcast)] : []),
    ...isolated.map((each) => create(`${name}.${kebab(each.name)}`, kebab(each.name), [each])),
  ]
  return all.map((each) => new Consumer(each))
}

// Kept under the name of the group: instances that each handle every message must not share it.
function keptOptions({ store, startAt, offsets }: ServiceOptions, { scheduler }: ConsumerWiring) {
  return {
    ...(store?.inbox && { inbox: store.inbox }),
    ...(store?.idempotencyKeys?.take && { keys: store.idempotencyKeys as TransactionalKeys }),
    ...(store?.attempts && { attemptLog: store.attempts }),
    ...(store?.heldKeys && { heldKeys: store.heldKeys }),
    ...(scheduler && { retryLater: scheduler.retryLater }),
    ...(startAt && { startAt }),
    ...(offsets && { offsets }),
    ...(store?.positions && { positions: store.positions }),
  }
}

function consumerOptions(options: ServiceOptions, { inner, publishing, contracts, decode }: ConsumerWiring) {
  const {
    patterns,
    maxUnfinishedAttempts,
    readEnvelope,
    store,
    policy,
    circuitBreaker,
    concurrency,
    batch,
    unknownTypes,
    handlerTimeout,
    topics,
    observers,
    logger,
    name,
  } = options
  return {
    mediator: inner,
    publishing,
    contracts,
    decode,
    service: name,
    ...(store?.deadLetters && { deadLetters: store.deadLetters }),
    ...(patterns && { patterns }),
    ...(policy && { policy }),
    ...(circuitBreaker && { circuitBreaker }),
    ...(concurrency !== undefined && { concurrency }),
    ...(batch !== undefined && { batch }),
    ...(unknownTypes && { unknownTypes }),
    ...(handlerTimeout !== undefined && { handlerTimeout }),
    ...(topics && { topics }),
    ...(maxUnfinishedAttempts !== undefined && { maxUnfinishedAttempts }),
    ...(readEnvelope && { readEnvelope }),
    ...(observers && { observers }),
    ...(logger && { logger }),
  }
}

/** Finds the consumer of a redelivery. @throws GULO_REPLAY_NO_CONSUMER */
export function redeliverTo(consumers: readonly Consumer[], redelivery: Redelivery): Promise<void> {
  const consumer = consumers.find((each) => each.group === redelivery.group)
  if (consumer !== undefined) return consumer.redeliver(redelivery)
  return Promise.reject(fault('GULO_REPLAY_NO_CONSUMER', { id: redelivery.message.topic, consumer: redelivery.group }))
}

function kebab(name: string): string {
  return name
    .replace(/Handler$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase()
}
