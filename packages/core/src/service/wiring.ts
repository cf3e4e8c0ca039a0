import { Consumer } from '../consuming/consumer.js'
import { decoderOf } from '../consuming/consumer-options.js'
import type { Redelivery } from '../consuming/redelivery.js'
import { fault } from '../faults.js'
import type { Dispatcher } from '../handling/dispatcher.js'
import { Mediator } from '../handling/mediator.js'
import type { MessageDecoder } from '../handling/middleware.js'
import type { RegisteredHandler } from '../handling/registry.js'
import type { ContextActions } from '../message/context.js'
import { ContractRegistry, contractOf } from '../message/contract.js'
import { assignData } from '../message/message.js'
import { consoleLogger, observe, shielded } from '../message/signals.js'
import { EnvelopeFactory } from '../publishing/envelope-factory.js'
import { EventPublishing } from '../publishing/event-publishing.js'
import { PublishingMediator } from '../publishing/publishing-mediator.js'
import { Relay } from '../publishing/relay.js'
import { createRuntime, type Runtime } from '../runtime/runtime.js'
import { shareRuntime } from '../runtime/runtime-user.js'
import { Scheduler } from '../scheduling/scheduler.js'
import type { ServiceOptions } from './service-options.js'

/** The parts of one service, put together and not yet started. */
export interface Wiring {
  readonly runtime: Runtime
  readonly inner: Mediator
  readonly mediator: Dispatcher
  readonly contracts: ContractRegistry
  readonly envelopes: EnvelopeFactory
  readonly relay: Relay | undefined
  readonly scheduler: Scheduler | undefined
  readonly consumers: readonly Consumer[]
}

/** Puts the parts together. Faults of handlers, mappings and contracts are found here. */
export function wire(options: ServiceOptions): Wiring {
  const { name, mapper, transport, store } = options
  const runtime = createRuntime({
    ...(options.clock && { clock: options.clock }),
    ...(options.random && { random: options.random }),
  })
  shareRuntime(runtime, transport, store)
  const logger = shielded(options.logger ?? consoleLogger)
  const observers = options.observers ?? []
  const contracts = new ContractRegistry(options.naming && { naming: options.naming })
  const envelopes = new EnvelopeFactory({ source: name, runtime, ...(options.topics && { topics: options.topics }) })
  const later: ContextActions['schedule'] = (...parameters) => {
    if (scheduler === undefined)
      return Promise.reject(fault('GULO_SCHEDULE_UNAVAILABLE', { operation: 'context.schedule' }))
    return scheduler.later(...parameters)
  }
  const inner = createMediator(options, runtime, later)
  for (const contract of mapper?.contracts() ?? []) contracts.register(contract)
  for (const { messageClass } of inner.registry.list()) if (contractOf(messageClass)) contracts.register(messageClass)
  const publisher = store?.outbox ?? transport
  const observer = observe(store?.outbox ? [] : observers)
  const publishing = new EventPublishing({ mapper, publisher, unitOfWork: store?.unitOfWork, envelopes, observer })
  // Where nothing can leave the service, nothing is gathered: a send costs what it costs in process.
  const alone = publisher === undefined && store?.unitOfWork === undefined
  const mediator = alone ? inner : new PublishingMediator(inner, publishing)
  const decode = decoderOf(options.middleware) ?? ((messageClass, data) => assignData(new messageClass(), data))
  const redeliver = (redelivery: Redelivery) => redeliverTo(consumers, redelivery)
  const scheduler: Scheduler | undefined =
    store?.schedule &&
    new Scheduler({
      schedule: store.schedule,
      runtime,
      logger,
      envelopes,
      contracts,
      decode,
      publisher: transport,
      dispatcher: mediator,
      redeliver,
    })
  const consumers = createConsumers(options, { inner, publishing, contracts, decode, scheduler })
  const relay =
    store?.outbox &&
    transport &&
    new Relay({
      drain: store.durable === false,
      outbox: store.outbox,
      publisher: transport,
      runtime,
      observers,
      logger,
    })
  return { runtime, inner, mediator, contracts, envelopes, relay, scheduler, consumers }
}

function createMediator(options: ServiceOptions, runtime: Runtime, schedule: ContextActions['schedule']): Mediator {
  const { handlers, middleware, factory, backend, maxEventDepth, tracer, observers, logger } = options
  return new Mediator({
    handlers,
    runtime,
    schedule,
    ...(middleware && { middleware }),
    ...(factory && { factory }),
    ...(backend && { backend }),
    ...(maxEventDepth !== undefined && { maxEventDepth }),
    ...(tracer && { tracer }),
    ...(observers && { observers }),
    ...(logger && { logger }),
  })
}

interface ConsumerWiring {
  readonly inner: Mediator
  readonly publishing: EventPublishing
  readonly contracts: ContractRegistry
  readonly decode: MessageDecoder
  readonly scheduler: Scheduler | undefined
}

/** One consumer for the service, and one for each handler that is isolated. */
function createConsumers(options: ServiceOptions, parts: ConsumerWiring): readonly Consumer[] {
  const { transport, name } = options
  const handlers = parts.inner.registry.list().filter((each) => each.kind === 'integration event')
  if (transport === undefined || handlers.length === 0) return []
  const shared = handlers.filter((each) => !each.isolated)
  const isolated = handlers.filter((each) => each.isolated)
  const create = (group: string, action: string, served: readonly RegisteredHandler[]) =>
    new Consumer({ ...consumerOptions(options, parts), transport, group, action, handlers: served })
  return [
    ...(shared.length > 0 ? [create(name, 'events', shared)] : []),
    ...isolated.map((each) => create(`${name}.${kebab(each.name)}`, kebab(each.name), [each])),
  ]
}

function consumerOptions(options: ServiceOptions, { inner, publishing, contracts, decode, scheduler }: ConsumerWiring) {
  const {
    maxUnfinishedAttempts,
    readEnvelope,
    store,
    policy,
    circuitBreaker,
    concurrency,
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
    ...(store?.inbox && { inbox: store.inbox }),
    ...(store?.attempts && { attemptLog: store.attempts }),
    ...(store?.deadLetters && { deadLetters: store.deadLetters }),
    ...(scheduler && { retryLater: scheduler.retryLater }),
    ...(policy && { policy }),
    ...(circuitBreaker && { circuitBreaker }),
    ...(concurrency !== undefined && { concurrency }),
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
function redeliverTo(consumers: readonly Consumer[], redelivery: Redelivery): Promise<void> {
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
