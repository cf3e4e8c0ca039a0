import { reasonOf } from '../errors.js'
import { fault } from '../faults.js'
import type { MessageContext } from '../message/context.js'
import type { Logger } from '../message/signals.js'
import type { EnvelopeFactory } from '../publishing/envelope-factory.js'
import { type Timer, withDeadline } from '../runtime/clock.js'
import type { Runtime } from '../runtime/runtime.js'
import type { StopOptions } from '../transport/transport.js'
import { stepFrom } from './catch-up.js'
import type { NewRun, RecurrenceState, Recurrences, RunError } from './recurrences.js'
import type { OccurrenceCause, Recurring } from './recurring.js'
import { workOf } from './scheduled-message.js'

export interface RecurrerOptions {
  readonly service: string
  readonly schedules: readonly Recurring[]
  readonly recurrences: Recurrences
  readonly runtime: Runtime
  readonly logger: Logger
  readonly envelopes: EnvelopeFactory
  readonly createContext: () => MessageContext
}

const SHORTEST_NAP_MS = 10
// Another instance may have changed what was next.
const LONGEST_NAP_MS = 5000

/** Puts what recurs into the schedule when it is due: of all instances of the service one does so, for each occurrence. */
export class Recurrer {
  private looking: Promise<void> = Promise.resolve()
  private timer: Timer | undefined
  private stopping = false

  constructor(private readonly options: RecurrerOptions) {}

  /** Makes known what recurs, and begins to look. */
  async start(): Promise<void> {
    const { recurrences, service, schedules } = this.options
    const { nowMs } = await recurrences.find(service)
    const declared = schedules.map(({ name, occurrences }) => {
      return { name, words: occurrences.words, nextMs: occurrences.next(nowMs) }
    })
    await recurrences.declare(service, declared)
    this.look()
  }

  /** Looks for nothing more. */
  rest(): void {
    this.stopping = true
    this.timer?.cancel()
  }

  /** @throws GULO_STOP_DEADLINE */
  async stop({ deadlineMs = 10_000 }: StopOptions = {}): Promise<void> {
    this.rest()
    const pending = 'a recurring message is being put into the schedule'
    const late = () => fault('GULO_STOP_DEADLINE', { component: 'The scheduler', deadlineMs, pending })
    await withDeadline(this.options.runtime.clock, deadlineMs, this.looking, late)
  }

  /** Runs a schedule once, now, whether it is paused or not. @throws GULO_RECURRING_UNKNOWN */
  async runNow(name: string): Promise<string> {
    const { recurrences, service } = this.options
    const schedule = this.known(name)
    const { nowMs } = await recurrences.find(service)
    const run = this.newRun(schedule, nowMs, 'run-now')
    if (!(await recurrences.fire(service, name, { runs: [run], keep: schedule.history }))) throw this.unknown(name)
    return run.id
  }

  /** Goes on with the next occurrence from now. @throws GULO_RECURRING_UNKNOWN */
  async resume(name: string): Promise<void> {
    const { recurrences, service } = this.options
    const { occurrences } = this.known(name)
    const { nowMs } = await recurrences.find(service)
    if (!(await recurrences.resume(service, name, occurrences.next(nowMs)))) throw this.unknown(name)
  }

  unknown(name: string): Error {
    return fault('GULO_RECURRING_UNKNOWN', { name, service: this.options.service })
  }

  private known(name: string): Recurring {
    const schedule = this.options.schedules.find((each) => each.name === name)
    if (schedule === undefined) throw this.unknown(name)
    return schedule
  }

  private look(): void {
    this.looking = this.fireAll().then((napMs) => {
      if (this.stopping) return
      this.timer = this.options.runtime.clock.after(napMs, () => this.look(), { background: true })
    })
  }

  /** Answers for how long nothing is due, in milliseconds. */
  private async fireAll(): Promise<number> {
    const { recurrences, service, schedules, logger } = this.options
    try {
      const { nowMs, schedules: states } = await recurrences.find(service)
      let nextMs = nowMs + LONGEST_NAP_MS
      for (const state of states) {
        const schedule = schedules.find(({ name }) => name === state.name)
        // What another version of the service has declared is up to its instances.
        if (schedule === undefined || state.paused || state.words !== schedule.occurrences.words) continue
        nextMs = Math.min(nextMs, (await this.fire(schedule, state, nowMs)) ?? nextMs)
      }
      return Math.max(nextMs - nowMs, SHORTEST_NAP_MS)
    } catch (error) {
      logger.error('the scheduler could not read what recurs', error)
      return LONGEST_NAP_MS
    }
  }

  /** Answers when it is next due. */
  private async fire(schedule: Recurring, state: RecurrenceState, nowMs: number): Promise<number | undefined> {
    const { name, words, nextMs: fromMs } = state
    if (fromMs === undefined || fromMs > nowMs || this.stopping) return fromMs
    const { due, nextMs } = stepFrom(schedule, fromMs, nowMs)
    const runs = due.map(({ occurrenceMs, cause }) => this.newRun(schedule, occurrenceMs, cause))
    const firing = { runs, keep: schedule.history, step: { words, fromMs, toMs: nextMs } }
    await this.options.recurrences.fire(this.options.service, name, firing)
    return nextMs
  }

  private newRun(schedule: Recurring, occurrenceMs: number, cause: OccurrenceCause): NewRun {
    const { name, make } = schedule
    const { createContext, envelopes, runtime, logger } = this.options
    try {
      const message = make({ schedule: name, at: new Date(occurrenceMs), cause })
      const { kind, envelope: made } = workOf(message, createContext(), envelopes)
      const { id } = made
      // Nothing has caused it, and what follows from it is told by its id.
      const envelope = { ...made, correlationId: id, causationId: undefined }
      // Due at once, whatever the clock of the instance that takes it says.
      return { id, occurrenceMs, cause, item: { id, dueAtMs: 0, work: { kind, envelope, run: name } } }
    } catch (error) {
      logger.error(`the message of the recurring schedule ${name} could not be made`, error)
      return { id: runtime.newId(), occurrenceMs, cause, item: undefined, error: toRunError(error) }
    }
  }
}

const LONGEST_TEXT = 4096

/** What of an error is remembered of a run. */
export function toRunError(error: unknown): RunError {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code
  return { code: typeof code === 'string' ? code : undefined, message: reasonOf(error).slice(0, LONGEST_TEXT) }
}
