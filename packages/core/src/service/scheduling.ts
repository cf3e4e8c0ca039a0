import { checkedMs } from '../consuming/backoff.js'
import type { Redelivery } from '../consuming/redelivery.js'
import { fault } from '../faults.js'
import type { Dispatcher } from '../handling/dispatcher.js'
import type { Mediator } from '../handling/mediator.js'
import type { MessageDecoder } from '../handling/middleware.js'
import type { ContractRegistry } from '../message/contract.js'
import type { Logger } from '../message/signals.js'
import type { EnvelopeFactory } from '../publishing/envelope-factory.js'
import type { EventPublishing } from '../publishing/event-publishing.js'
import type { Runtime } from '../runtime/runtime.js'
import { DueAction } from '../scheduling/due-action.js'
import { Recurrer } from '../scheduling/recurrer.js'
import { RecurringSchedules } from '../scheduling/recurring-schedules.js'
import type { Schedule } from '../scheduling/schedule.js'
import { Scheduler } from '../scheduling/scheduler.js'
import type { ServiceOptions } from './service-options.js'

/** What the scheduler of a service works with. */
export interface SchedulingParts {
  readonly runtime: Runtime
  readonly logger: Logger
  readonly inner: Mediator
  readonly mediator: Dispatcher
  readonly publishing: EventPublishing
  readonly contracts: ContractRegistry
  readonly envelopes: EnvelopeFactory
  readonly decode: MessageDecoder
  readonly redeliver: (redelivery: Redelivery) => Promise<void>
}

/** The scheduler of a service whose store has a schedule. */
export function createScheduler(options: ServiceOptions, parts: SchedulingParts): Scheduler | undefined {
  const { store, transport, handlerTimeout, concurrency } = options
  if (store?.schedule === undefined) return undefined
  const { runtime, logger, mediator, contracts, envelopes, decode, redeliver } = parts
  const action = new DueAction({
    contracts,
    decode,
    clock: runtime.clock,
    publisher: transport,
    dispatcher: mediator,
    handlerTimeoutMs: handlerTimeout === undefined ? undefined : checkedMs('handlerTimeout', handlerTimeout),
    once: doneOnce(options, parts),
    redeliver,
  })
  const runs = store.recurrences
  return new Scheduler({ schedule: store.schedule, runtime, logger, envelopes, action, concurrency, runs })
}

/** What puts the recurring messages of a service into its schedule. */
export function createRecurrer(options: ServiceOptions, parts: SchedulingParts): Recurrer | undefined {
  const { store, name, recurring: schedules } = options
  if (store?.schedule === undefined || store.recurrences === undefined || schedules === undefined) return undefined
  const { runtime, logger, envelopes, inner } = parts
  const createContext = () => inner.createContext()
  return new Recurrer({
    service: name,
    schedules,
    recurrences: store.recurrences,
    runtime,
    logger,
    envelopes,
    createContext,
  })
}

/** The schedule of a service. @throws GULO_SCHEDULE_UNAVAILABLE */
export function scheduleOf({ store }: ServiceOptions, operation: string): Schedule {
  if (store?.schedule === undefined) throw fault('GULO_SCHEDULE_UNAVAILABLE', { operation })
  return store.schedule
}

/** How the recurring schedules of a service are looked at and run by hand. @throws GULO_SCHEDULE_UNAVAILABLE */
export function recurringOf({ name, store }: ServiceOptions, recurrer: Recurrer | undefined): RecurringSchedules {
  if (recurrer !== undefined && store?.recurrences !== undefined)
    return new RecurringSchedules(name, store.recurrences, recurrer)
  throw fault('GULO_SCHEDULE_UNAVAILABLE', { operation: 'recurring' })
}

// Not where events are published after the commit: a command whose events the broker has refused must run again.
function doneOnce({ name, store, transport }: ServiceOptions, { inner, publishing }: SchedulingParts) {
  if (store?.inbox === undefined || store.unitOfWork === undefined) return undefined
  if (transport !== undefined && store.outbox === undefined) return undefined
  const createContext = inner.createContext.bind(inner)
  return { inbox: store.inbox, publishing, consumer: `${name}.schedule`, createContext }
}
