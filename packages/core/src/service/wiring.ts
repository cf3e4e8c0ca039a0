import { Consumer } from '../consuming/consumer.js'
import { decoderOf } from '../consuming/consumer-options.js'
import { KeyRelease, type KeyReleaseOptions } from '../consuming/key-release.js'
import type { Redelivery } from '../consuming/redelivery.js'
import { toDeadLetters } from '../consuming/unsent-letters.js'
import { fault } from '../faults.js'
import type { Dispatcher } from '../handling/dispatcher.js'
import { Mediator } from '../handling/mediator.js'
import type { ContextActions } from '../message/context.js'
import { ContractRegistry, contractOf } from '../message/contract.js'
import { assignData } from '../message/message.js'
import { consoleLogger, observe, shielded } from '../message/signals.js'
import { EnvelopeFactory } from '../publishing/envelope-factory.js'
import { EventPublishing } from '../publishing/event-publishing.js'
import { PublishingMediator } from '../publishing/publishing-mediator.js'
import { Relay } from '../publishing/relay.js'
import type { KeepUnsent } from '../publishing/unsent.js'
import { createRuntime, type Runtime } from '../runtime/runtime.js'
import { shareRuntime } from '../runtime/runtime-user.js'
import type { Recurrer } from '../scheduling/recurrer.js'
import type { Scheduler } from '../scheduling/scheduler.js'
import { createConsumers, redeliverTo } from './consumers.js'
import { createRecurrer, createScheduler, type SchedulingParts } from './scheduling.js'
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
  readonly recurrer: Recurrer | undefined
  readonly consumers: readonly Consumer[]
  readonly release: KeyRelease | undefined
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
  const envelopes = new EnvelopeFactory({
    source: name,
    runtime,
    ...(options.topics && { topics: options.topics }),
    ...(options.passHeaders && { passHeaders: options.passHeaders }),
  })
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
  const keepUnsent = keeperOf(options, runtime)
  const { unitOfWork } = store ?? {}
  const publishing = new EventPublishing({ mapper, publisher, unitOfWork, envelopes, observer, keepUnsent })
  // Where nothing can leave the service, nothing is gathered: a send costs what it costs in process.
  const alone = publisher === undefined && store?.unitOfWork === undefined
  const mediator = alone ? inner : new PublishingMediator(inner, publishing)
  const decode = decoderOf(options.middleware) ?? ((messageClass, data) => assignData(new messageClass(), data))
  const redeliver = (redelivery: Redelivery) => redeliverTo(consumers, redelivery)
  const scheduling: SchedulingParts = {
    runtime,
    logger,
    inner,
    mediator,
    publishing,
    contracts,
    envelopes,
    decode,
    redeliver,
  }
  const scheduler: Scheduler | undefined = createScheduler(options, scheduling)
  const recurrer = createRecurrer(options, scheduling)
  const consumers = createConsumers(options, { inner, publishing, contracts, decode, scheduler })
  const release = createRelease(options, { consumers, runtime, redeliver, logger })
  const relay =
    store?.outbox &&
    transport &&
    store.relayedBy === undefined &&
    new Relay({
      drain: store.durable === false,
      outbox: store.outbox,
      publisher: transport,
      runtime,
      keepUnsent,
      observers,
      logger,
    })
  return {
    runtime,
    inner,
    mediator,
    contracts,
    envelopes,
    relay: relay || undefined,
    scheduler,
    recurrer,
    consumers,
    release,
  }
}

function createRelease(
  { store, policy }: ServiceOptions,
  { consumers, ...parts }: Pick<KeyReleaseOptions, 'redeliver' | 'runtime' | 'logger'> & Pick<Wiring, 'consumers'>,
): KeyRelease | undefined {
  const groups = consumers.filter((each) => !each.extent().broadcast).map((each) => each.group)
  if (store?.heldKeys === undefined || groups.length === 0) return undefined
  // Without such a policy there is only what waits from the time of an earlier one.
  return new KeyRelease({ ...parts, groups, keys: store.heldKeys, pollMs: policy?.keepsOrder ? 1000 : undefined })
}

/** Where unsent events are kept. */
function keeperOf({ onPublishFailure, store, name }: ServiceOptions, runtime: Runtime): KeepUnsent | undefined {
  if (onPublishFailure !== 'dead-letter' || store?.deadLetters === undefined) return undefined
  return toDeadLetters(store.deadLetters, { service: name, runtime })
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
