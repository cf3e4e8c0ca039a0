import type { DeadLetter } from '../consuming/dead-letters.js'
import { fault, reportFaults } from '../faults.js'
import type { Dispatcher } from '../handling/dispatcher.js'
import type { HandlerSource } from '../handling/registry.js'
import { consoleLogger, shielded } from '../message/signals.js'
import type { Runtime } from '../runtime/runtime.js'
import type { RecurringSchedules } from '../scheduling/recurring-schedules.js'
import type { StopOptions } from '../transport/transport.js'
import { DeadLetterDesk } from './dead-letter-desk.js'
import { describeService, type ServiceDescription } from './describe.js'
import { type GroupLag, lagOf } from './group-lag.js'
import { consumingPromise, contradictions, publishingPromise } from './guarantees.js'
import { healthOf, type ServiceHealth } from './health.js'
import { Lifecycle } from './lifecycle.js'
import { optionFaults } from './option-faults.js'
import { Replays } from './replays.js'
import { recurringOf, scheduleOf } from './scheduling.js'
import type { ServiceOptions } from './service-options.js'
import { stepsOf } from './steps.js'
import { type Wiring, wire } from './wiring.js'

/** Makes a service; nothing is connected before `start`. @throws GULO_CONFIGURATION_INVALID */
export function createService(options: ServiceOptions): Service {
  return new Service(options)
}

/** Handlers, mapper, transport and store, started and stopped together. */
export class Service implements AsyncDisposable {
  readonly name: string
  readonly options: ServiceOptions
  private readonly lifecycle: Lifecycle
  private wiring: Wiring | undefined
  /** Dead letters by page and by cause; replay, edit, discard and restore, with who did it. */
  readonly deadLetters: DeadLetterDesk
  private replays: Replays | undefined

  constructor(options: ServiceOptions) {
    reportFaults('the service', optionFaults(options))
    this.options = options
    this.name = options.name
    this.lifecycle = new Lifecycle(`The service ${this.name}`)
    this.deadLetters = new DeadLetterDesk(
      this.name,
      options.store?.deadLetters,
      () => this.replaying(),
      () => this.wiring?.release?.kick(),
    )
  }

  /** Another service like this one with some options replaced: for tests, and for running it elsewhere. */
  with(overrides: Partial<ServiceOptions>): Service {
    return new Service({ ...this.options, ...overrides })
  }

  /** Sends commands and publishes events. @throws GULO_NOT_STARTED before start, GULO_STOPPED after stop */
  get mediator(): Dispatcher {
    const { state } = this.lifecycle
    if (state === 'stopped') throw fault('GULO_STOPPED', { component: `The service ${this.name}` })
    if (state === 'new') throw this.notStarted('mediator')
    return this.wired('mediator').mediator
  }

  get runtime(): Runtime {
    return this.wired('runtime').runtime
  }

  /**
   * Puts the parts together, connects and subscribes. When something fails, what had started is stopped again.
   * @throws GULO_ALREADY_STARTED, GULO_CONTRADICTION, and the faults of handlers, mappings, transport and store
   */
  async start(): Promise<this> {
    await this.lifecycle.start(async () => {
      const wiring = wire(this.options)
      this.refuseContradictions(wiring)
      wiring.inner.prepare()
      this.wiring = wiring
      this.sayWhatMayBeLost()
      return stepsOf(this.options, wiring)
    })
    return this
  }

  /**
   * Fetches no more, finishes what is in flight, flushes and disconnects, in the reverse order of start.
   * @throws GULO_NOT_STARTED, GULO_STOP_DEADLINE
   */
  stop(options: StopOptions = {}): Promise<void> {
    return this.lifecycle.stop(options, this.wiring?.runtime.clock)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** Stops on SIGTERM and SIGINT; opt-in, because signals belong to the application. Answers how to undo it. */
  stopOnSignals(options?: StopOptions): () => void {
    const stop = () =>
      void this.stop(options).catch((error: unknown) => this.logger.error('the service did not stop cleanly', error))
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
    return () => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.removeListener(signal, stop)
    }
  }

  /** Whether it is started, and what its parts say of themselves. */
  health(): Promise<ServiceHealth> {
    return healthOf(this.options, this.lifecycle.state)
  }

  /** What it handles, maps, publishes and promises, as data. */
  describe(): ServiceDescription {
    return describeService(this.options, this.wiring ?? wire(this.options))
  }

  /** Takes handlers out of service; consumers hold their messages back. */
  disable(which: HandlerSource | string): void {
    this.wired('disable').inner.disable(which)
  }

  enable(which: HandlerSource | string): void {
    this.wired('enable').inner.enable(which)
  }

  /** Has the broker give its consumers nothing more, without leaving their groups; what is in flight goes on. */
  pause(): void {
    for (const consumer of this.wired('pause').consumers) consumer.pause()
  }

  resume(): void {
    for (const consumer of this.wired('resume').consumers) consumer.resume()
  }

  /** How many messages each group has not handled yet; broadcasts have no such number. @throws GULO_ABILITY_MISSING */
  async lag(): Promise<readonly GroupLag[]> {
    return lagOf(this.wired('lag').consumers)
  }

  /** Gives a dead letter to its handler once more, or to the broker, under the same message id. @throws GULO_DEAD_LETTER_UNKNOWN … */
  replay(deadLetterId: string): Promise<DeadLetter> {
    return this.replaying().one(deadLetterId, { actor: this.name })
  }

  /** Drops a scheduled message that is not yet due; answers whether there was one. */
  async cancelScheduled(cancelKey: string): Promise<boolean> {
    return scheduleOf(this.options, 'cancelScheduled').cancel(cancelKey)
  }

  /** What recurs: list it, see its runs, run it now, pause and resume it. @throws GULO_NOT_STARTED, GULO_SCHEDULE_UNAVAILABLE */
  get recurring(): RecurringSchedules {
    return recurringOf(this.options, this.wired('recurring').recurrer)
  }

  private replaying(): Replays {
    const { consumers, runtime, release } = this.wired('replay')
    const { store, transport, name } = this.options
    const { deadLetters } = store ?? {}
    this.replays ??= new Replays({
      service: name,
      deadLetters,
      consumers,
      publisher: transport,
      runtime,
      settled: () => release?.kick(),
    })
    return this.replays
  }

  private refuseContradictions({ inner }: Wiring): void {
    const handlers = inner.registry.list().filter((each) => each.kind === 'integration event')
    const faults = contradictions(this.options, handlers)
    if (faults.length > 0) throw fault('GULO_CONTRADICTION', { service: this.name, faults: faults.join(' ') })
  }

  private sayWhatMayBeLost(): void {
    const { transport, store, mapper } = this.options
    if (transport && mapper && !store?.outbox)
      this.logger.warn(`${this.name}: events are ${publishingPromise(this.options)}`)
    else
      this.logger.info(`${this.name}: ${publishingPromise(this.options)}; consumes ${consumingPromise(this.options)}`)
  }

  private get logger() {
    return shielded(this.options.logger ?? consoleLogger)
  }

  private wired(operation: string): Wiring {
    if (this.wiring === undefined) throw this.notStarted(operation)
    return this.wiring
  }

  private notStarted(operation: string): Error {
    return fault('GULO_NOT_STARTED', { operation, component: `the service ${this.name}` })
  }
}
