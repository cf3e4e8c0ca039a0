import type { Redelivery, RetryLater } from '../consuming/redelivery.js'
import { reasonOf } from '../errors.js'
import { fault } from '../faults.js'
import type { ContextActions } from '../message/context.js'
import { hasEnded } from '../message/event-sink.js'
import type { Logger } from '../message/signals.js'
import type { EnvelopeFactory } from '../publishing/envelope-factory.js'
import { sayMs, withDeadline } from '../runtime/clock.js'
import type { Runtime } from '../runtime/runtime.js'
import type { StopOptions } from '../transport/transport.js'
import type { DueAction } from './due-action.js'
import { DueWork } from './due-work.js'
import type { RecurringRuns } from './recurrences.js'
import { toRunError } from './recurrer.js'
import type { Schedule, ScheduledItem } from './schedule.js'
import { dueAt, nameOf, workOf } from './scheduled-message.js'

export interface SchedulerOptions {
  readonly schedule: Schedule
  readonly runtime: Runtime
  readonly logger: Logger
  readonly envelopes: EnvelopeFactory
  /** Is told of the runs of recurring schedules. @default nobody */
  readonly runs?: RecurringRuns | undefined
  /** Does what is due. */
  readonly action: DueAction
  /** How many due messages are done at once. @default 16 */
  readonly concurrency?: number | undefined
  /** How often the schedule is looked at, in milliseconds. @default 250 */
  readonly pollMs?: number
}

const MAX_BACKOFF_MS = 300_000

/** Puts messages into the schedule, and sends or publishes them when they are due. */
export class Scheduler {
  private readonly work: DueWork

  constructor(private readonly options: SchedulerOptions) {
    const { schedule, runtime, logger, concurrency = 16, pollMs = 250 } = options
    const run = (item: ScheduledItem, stopped: AbortSignal) => this.run(item, stopped)
    this.work = new DueWork({ schedule, clock: runtime.clock, logger, run, concurrency, pollMs })
  }

  /** What `context.schedule` does: part of the transaction of the context, if it has one. */
  readonly later: ContextActions['schedule'] = async (message, at, { cancelKey }, context) => {
    const { envelopes, runtime, schedule } = this.options
    if (hasEnded(context.sink))
      throw fault('GULO_UNIT_OF_WORK_ENDED', { operation: 'schedule', message: nameOf(message) })
    const dueAtMs = dueAt(at, runtime.clock, message)
    const work = workOf(message, context, envelopes)
    await schedule.at({ id: work.envelope.id, dueAtMs, cancelKey, work }, { transaction: context.transaction })
  }

  /** Keeps a failed message until its next attempt. */
  readonly retryLater: RetryLater = async (redelivery: Redelivery, delayMs: number) => {
    const { runtime, schedule } = this.options
    const dueAtMs = runtime.clock.now() + delayMs
    await schedule.at({ id: runtime.newId(), dueAtMs, work: { kind: 'redeliver', redelivery } })
  }

  /** Starts to look for what is due. */
  start(): void {
    this.work.start()
  }

  /** Looks for nothing more; what has not begun is given back. */
  rest(): void {
    this.work.rest()
  }

  /** Waits for what is under way until the deadline, and then aborts the signal of its handlers. @throws GULO_STOP_DEADLINE */
  async stop({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    this.rest()
    const late = () => {
      const pending = `${this.work.size} due messages are under way`
      return fault('GULO_STOP_DEADLINE', { component: 'The scheduler', deadlineMs, pending })
    }
    try {
      await withDeadline(this.options.runtime.clock, deadlineMs, this.work.drained(), late)
    } finally {
      this.work.abort()
    }
  }

  private async run(item: ScheduledItem, stopped: AbortSignal): Promise<void> {
    try {
      await this.note(item, (runs, id) => runs.beginRun(id))
      await this.options.action.run(item, stopped)
    } catch (error) {
      await this.putBack(item, error)
      await this.note(item, (runs, id) => runs.endRun(id, toRunError(error)))
      return
    }
    await this.note(item, (runs, id) => runs.endRun(id))
  }

  /** Remembers what becomes of a run. That it cannot be remembered must not keep it from being done. */
  private async note({ work }: ScheduledItem, tell: (runs: RecurringRuns, id: string) => Promise<void>): Promise<void> {
    const { runs, logger } = this.options
    if (runs === undefined || work.kind === 'redeliver' || work.run === undefined) return
    try {
      await tell(runs, work.envelope.id)
    } catch (error) {
      logger.warn(`a run of the recurring schedule ${work.run} could not be noted: ${reasonOf(error)}`)
    }
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
