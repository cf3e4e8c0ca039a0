import { checkedMs } from '../consuming/backoff.js'
import type { Redelivery } from '../consuming/redelivery.js'
import type { Dispatcher } from '../handling/dispatcher.js'
import type { Mediator } from '../handling/mediator.js'
import type { MessageDecoder } from '../handling/middleware.js'
import type { ContractRegistry } from '../message/contract.js'
import type { Logger } from '../message/signals.js'
import type { EnvelopeFactory } from '../publishing/envelope-factory.js'
import type { EventPublishing } from '../publishing/event-publishing.js'
import type { Runtime } from '../runtime/runtime.js'
import { DueAction } from '../scheduling/due-action.js'
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
  return new Scheduler({ schedule: store.schedule, runtime, logger, envelopes, action, concurrency })
}

// Not where events are published after the commit: a command whose events the broker has refused must run again.
function doneOnce({ name, store, transport }: ServiceOptions, { inner, publishing }: SchedulingParts) {
  if (store?.inbox === undefined || store.unitOfWork === undefined) return undefined
  if (transport !== undefined && store.outbox === undefined) return undefined
  const createContext = inner.createContext.bind(inner)
  return { inbox: store.inbox, publishing, consumer: `${name}.schedule`, createContext }
}
