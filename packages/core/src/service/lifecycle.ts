import { GuloError, reasonOf } from '../errors.js'
import { fault } from '../faults.js'
import { type Clock, systemClock, withDeadline } from '../runtime/clock.js'
import type { StopOptions } from '../transport/transport.js'

/** One part of a service, in the order of start. A start that fails leaves nothing open. */
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
  private starting: Promise<void> = Promise.resolve()
  private stopped: Promise<void> | undefined

  constructor(private readonly component: string) {}

  /** @throws GULO_ALREADY_STARTED, GULO_STOPPED, GULO_START_FAILED, or a GuloError of a part as it is */
  async start(prepare: () => Promise<readonly LifecycleStep[]>): Promise<void> {
    if (this.stopped !== undefined) throw fault('GULO_STOPPED', { component: this.component })
    if (this.state !== 'new') throw fault('GULO_ALREADY_STARTED', { component: this.component })
    this.state = 'starting'
    this.starting = this.startAll(prepare)
    await this.starting
  }

  /**
   * A second call waits for the first. While it is starting, the start is ended and undone.
   * @throws GULO_NOT_STARTED, GULO_STOP_DEADLINE, or the first error of a part
   */
  stop({ deadlineMs = 10_000 }: StopOptions, clock: Clock = systemClock): Promise<void> {
    if (this.stopped !== undefined) return this.stopped
    if (this.state === 'new') {
      return Promise.reject(
        fault('GULO_NOT_STARTED', { operation: 'stop', component: this.component.replace('The', 'the') }),
      )
    }
    this.stopped =
      this.state === 'started' ? this.stopAll(clock.monotonic() + deadlineMs, clock) : this.endStart(deadlineMs, clock)
    return this.stopped
  }

  private async startAll(prepare: () => Promise<readonly LifecycleStep[]>): Promise<void> {
    try {
      for (const step of await prepare()) {
        this.checkWanted()
        await step.start()
        // Only now: one whose start failed has nothing to stop, and may be started again.
        this.started.push(step)
      }
      this.checkWanted()
      this.state = 'started'
    } catch (error) {
      await this.undo()
      this.state = this.stopped === undefined ? 'new' : 'stopped'
      throw GuloError.is(error)
        ? error
        : fault('GULO_START_FAILED', { component: this.component, reason: reasonOf(error) }, error)
    }
  }

  private checkWanted(): void {
    if (this.state === 'stopping') throw fault('GULO_STOPPED', { component: this.component })
  }

  private endStart(deadlineMs: number, clock: Clock): Promise<void> {
    this.state = 'stopping'
    const late = () =>
      fault('GULO_STOP_DEADLINE', { component: this.component, deadlineMs, pending: 'it is still starting' })
    // The error of the start is told to who started it.
    return withDeadline(
      clock,
      deadlineMs,
      this.starting.catch(() => undefined),
      late,
    )
  }

  private async stopAll(endMs: number, clock: Clock): Promise<void> {
    this.state = 'stopping'
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
