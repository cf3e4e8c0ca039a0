import { GuloError, reasonOf } from '../errors.js'
import { fault } from '../faults.js'
import { type Clock, systemClock } from '../runtime/clock.js'
import type { StopOptions } from '../transport/transport.js'

/** One part of a service, in the order of start. */
export interface LifecycleStep {
  readonly name: string
  start(): unknown
  stop(options: StopOptions): unknown
}

export type LifecycleState = 'new' | 'starting' | 'started' | 'stopping' | 'stopped'

/** Starts parts in order and stops them in reverse, once each; a failed start undoes itself. */
export class Lifecycle {
  state: LifecycleState = 'new'
  private readonly started: LifecycleStep[] = []
  private stopped: Promise<void> | undefined

  constructor(private readonly component: string) {}

  /** @throws GULO_ALREADY_STARTED, GULO_STOPPED, GULO_START_FAILED, or a GuloError of a part as it is */
  async start(prepare: () => Promise<readonly LifecycleStep[]>): Promise<void> {
    if (this.state === 'stopping' || this.state === 'stopped')
      throw fault('GULO_STOPPED', { component: this.component })
    if (this.state !== 'new') throw fault('GULO_ALREADY_STARTED', { component: this.component })
    this.state = 'starting'
    try {
      for (const step of await prepare()) {
        this.started.push(step)
        await step.start()
      }
      this.state = 'started'
    } catch (error) {
      await this.undo()
      this.state = 'new'
      throw GuloError.is(error)
        ? error
        : fault('GULO_START_FAILED', { component: this.component, reason: reasonOf(error) }, error)
    }
  }

  /** A second call waits for the first. @throws GULO_NOT_STARTED, or the first error of a part */
  stop({ deadlineMs = 10_000 }: StopOptions, clock: Clock = systemClock): Promise<void> {
    if (this.stopped !== undefined) return this.stopped
    if (this.state !== 'started') {
      return Promise.reject(
        fault('GULO_NOT_STARTED', { operation: 'stop', component: this.component.replace('The', 'the') }),
      )
    }
    this.state = 'stopping'
    this.stopped = this.stopAll(clock.monotonic() + deadlineMs, clock)
    return this.stopped
  }

  private async stopAll(endMs: number, clock: Clock): Promise<void> {
    const errors: unknown[] = []
    for (const step of this.started.splice(0).reverse()) {
      try {
        // Even past the deadline each part is told to stop, so that nothing is left open.
        await step.stop({ deadlineMs: Math.max(Math.ceil(endMs - clock.monotonic()), 1) })
      } catch (error) {
        errors.push(error)
      }
    }
    this.state = 'stopped'
    if (errors.length > 0) throw errors[0]
  }

  private async undo(): Promise<void> {
    for (const step of this.started.splice(0).reverse()) {
      try {
        await step.stop({ deadlineMs: 1000 })
      } catch {
        // the error of start is the one to tell
      }
    }
  }
}
