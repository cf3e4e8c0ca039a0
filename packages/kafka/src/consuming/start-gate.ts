import { type Clock, GuloError } from '@gulo/core'
import { KafkaFailure } from '../client/client.js'
import { refusedBy } from '../client/refusal.js'
import { isHopeless } from '../client/verdict.js'
import { kafkaFault, reasonOf } from '../faults.js'

export interface StartGateOptions {
  readonly clock: Clock
  readonly group: string
  readonly brokers: readonly string[]
  readonly startDeadlineMs: number
}

/** Lets a start through once the group is joined, or ends it: at once where no second try can help, else in time. */
export class StartGate {
  private readonly options: StartGateOptions
  private settle: ((error?: Error) => void) | undefined
  private lastError: unknown

  constructor(options: StartGateOptions) {
    this.options = options
  }

  /** Whether somebody waits. */
  get isAwaited(): boolean {
    return this.settle !== undefined
  }

  /** @throws KAFKA_SUBSCRIBE_FAILED, KAFKA_REFUSED or what `fail` was told, if it is of Gulo */
  async passed(): Promise<void> {
    const { clock, group, startDeadlineMs: deadlineMs } = this.options
    const timer = clock.after(deadlineMs, () => {
      const reason = this.lastError === undefined ? 'no answer' : reasonOf(this.lastError)
      this.settle?.(kafkaFault('KAFKA_SUBSCRIBE_FAILED', { group, deadlineMs, reason }, this.lastError))
    })
    try {
      await new Promise<void>((resolve, reject) => {
        this.settle = (error) => (error === undefined ? resolve() : reject(error))
      })
    } finally {
      timer.cancel()
      this.settle = undefined
    }
  }

  open(): void {
    this.settle?.()
  }

  /** Notes a failure, and ends the start if there will be no other outcome. */
  fail(error: unknown): void {
    const { brokers, group } = this.options
    this.lastError = error
    if (GuloError.is(error)) return this.settle?.(error)
    if (!(error instanceof KafkaFailure) || !isHopeless(error)) return
    this.settle?.(refusedBy(brokers, `the group ${group}`, error))
  }
}
