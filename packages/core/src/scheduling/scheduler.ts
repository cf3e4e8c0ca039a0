import type { Redelivery, RetryLater } from '../consuming/redelivery.js'
import { fault } from '../faults.js'
import type { Dispatcher } from '../handling/dispatcher.js'
import type { MessageDecoder } from '../handling/middleware.js'
import type { ContextActions, ScheduleTime } from '../message/context.js'
import type { ContractRegistry } from '../message/contract.js'
import { contractOf } from '../message/contract.js'
import type { Envelope } from '../message/envelope.js'
import { hasEnded } from '../message/event-sink.js'
import { type Command, describeValue, kindOf } from '../message/message.js'
import type { Logger } from '../message/signals.js'
import type { EnvelopeFactory } from '../publishing/envelope-factory.js'
import { sayMs, type Timer, toMs, withDeadline } from '../runtime/clock.js'
import type { Runtime } from '../runtime/runtime.js'
import type { Publisher, StopOptions } from '../transport/transport.js'
import type { Schedule, ScheduledItem } from './schedule.js'

export interface SchedulerOptions {
  readonly schedule: Schedule
  readonly runtime: Runtime
  readonly logger: Logger
  readonly envelopes: EnvelopeFactory
  readonly contracts: ContractRegistry
  readonly decode: MessageDecoder
  /** Where due integration events go. */
  readonly publisher: Publisher | undefined
  /** Where due commands go. */
  readonly dispatcher: Dispatcher
  /** Where delayed retries go. */
  readonly redeliver: (redelivery: Redelivery) => Promise<void>
  /** How often the schedule is looked at, in milliseconds. @default 250 */
  readonly pollMs?: number
}

const BATCH = 100
const MAX_BACKOFF_MS = 300_000

/** Puts messages into the schedule, and sends or publishes them when they are due. */
export class Scheduler {
  private readonly options: SchedulerOptions
  private timer: Timer | undefined
  private looking: Promise<void> | undefined
  private stopping = false

  constructor(options: SchedulerOptions) {
    this.options = options
  }

  /** What `context.schedule` does: part of the transaction of the context, if it has one. */
  readonly later: ContextActions['schedule'] = async (message, at, { cancelKey }, context) => {
    const dueAtMs = this.dueAt(at)
    const name = message?.constructor?.name ?? describeValue(message)
    if (hasEnded(context.sink)) throw fault('GULO_UNIT_OF_WORK_ENDED', { operation: 'schedule', message: name })
    if (dueAtMs === undefined)
      throw fault('GULO_SCHEDULE_INVALID', { message: name, wrong: 'the time is no valid date' })
    const kind = kindOf(message)
    if (kind !== 'command' && kind !== 'integration event') {
      throw fault('GULO_SCHEDULE_INVALID', { message: name, wrong: `it is ${kind ? `a ${kind}` : 'no message'}` })
    }
    if (contractOf(message.constructor) === undefined) {
      throw fault('GULO_SCHEDULE_INVALID', { message: name, wrong: 'it has no @Contract' })
    }
    const envelope = this.options.envelopes.make(message as never, context)
    const work = { kind: kind === 'command' ? 'send' : 'publish', envelope } as const
    await this.options.schedule.at({ id: envelope.id, dueAtMs, cancelKey, work }, { transaction: context.transaction })
  }

  /** Keeps a failed message until its next attempt. */
  readonly retryLater: RetryLater = async (redelivery, delayMs) => {
    const { runtime, schedule } = this.options
    const dueAtMs = runtime.clock.now() + delayMs
    await schedule.at({ id: runtime.newId(), dueAtMs, work: { kind: 'redeliver', redelivery } })
  }

  /** Starts to look for what is due. */
  start(): void {
    this.look()
  }

  /** Looks for nothing more. */
  rest(): void {
    this.stopping = true
    this.timer?.cancel()
  }

  /** Waits for what is being handed over. @throws GULO_STOP_DEADLINE */
  async stop({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    this.rest()
    const late = () =>
      fault('GULO_STOP_DEADLINE', {
        component: 'The scheduler',
        deadlineMs,
        pending: 'due messages are being handed over',
      })
    await withDeadline(this.options.runtime.clock, deadlineMs, this.looking ?? Promise.resolve(), late)
  }

  /** Milliseconds since 1970; `undefined` when it is no time. */
  private dueAt(at: ScheduleTime): number | undefined {
    const { clock } = this.options.runtime
    if (typeof at === 'string') {
      const delayMs = toMs(at)
      return delayMs === undefined ? undefined : clock.now() + delayMs
    }
    const ms = typeof at === 'number' ? at : at?.getTime?.()
    return Number.isFinite(ms) ? ms : undefined
  }

  private look(): void {
    this.looking = this.move().then(() => {
      if (this.stopping) return
      this.timer = this.options.runtime.clock.after(this.options.pollMs ?? 250, () => this.look(), { background: true })
    })
  }

  private async move(): Promise<void> {
    const { schedule, runtime, logger } = this.options
    try {
      let count = BATCH
      while (count === BATCH && !this.stopping) {
        count = await schedule.due(runtime.clock.now(), BATCH, (items) => this.take(items))
      }
    } catch (error) {
      logger.error('the scheduler could not read its schedule', error)
    }
  }

  private async take(items: readonly ScheduledItem[]): Promise<void> {
    await Promise.all(items.map((item) => this.run(item).catch((error: unknown) => this.putBack(item, error))))
  }

  private run({ work }: ScheduledItem): Promise<void> {
    if (work.kind === 'redeliver') return this.options.redeliver(work.redelivery)
    if (work.kind === 'send') return this.send(work.envelope)
    const { publisher } = this.options
    if (publisher === undefined)
      return Promise.reject(fault('GULO_NO_PUBLISHER', { operation: 'Publishing a scheduled event' }))
    return publisher.publish([work.envelope])
  }

  private async send({
    type,
    payload,
    id,
    correlationId,
    causationId,
    tenantId,
    traceparent,
  }: Envelope): Promise<void> {
    const contract = this.options.contracts.find(type)
    if (contract === undefined) throw fault('GULO_UNKNOWN_TYPE', { group: 'scheduler', type })
    const command =
      payload instanceof contract.messageClass ? payload : await this.options.decode(contract.messageClass, payload)
    const options = { messageId: id, correlationId, causationId, tenantId, traceparent }
    await this.options.dispatcher.send(command as Command<unknown>, options)
  }

  // Put back by itself, later each time: one that fails keeps neither its neighbours nor itself from being done.
  private async putBack(item: ScheduledItem, error: unknown): Promise<void> {
    const { schedule, runtime, logger } = this.options
    const attempts = (item.attempts ?? 0) + 1
    const delayMs = Math.min(1000 * 2 ** attempts, MAX_BACKOFF_MS)
    logger.error(`a scheduled message failed and is tried again in ${sayMs(delayMs)}`, error)
    const dueAtMs = runtime.clock.now() + delayMs
    // A new item, without the cancel key: it must not push out a younger one that was scheduled under it meanwhile.
    await schedule.at({ ...item, id: runtime.newId(), cancelKey: undefined, attempts, dueAtMs })
  }
}
