import { reportFaults } from '../faults.js'
import { type Clock, type Duration, sayMs } from '../runtime/clock.js'
import { checkedMs } from './backoff.js'

export interface CircuitBreakerOptions {
  /** Messages counted before it may trip. @default 10 */
  readonly minimum?: number
  /** The share of failed attempts that trips it, from 0 to 1. @default 0.5 */
  readonly failureRatio?: number
  /** How long attempts are counted together. @default '1m' */
  readonly window?: Duration
  /** How long the subscription is held when it trips. @default '30s' */
  readonly pause?: Duration
}

/** Counts the attempts of one subscription and says when too many fail. */
export class CircuitBreaker {
  private readonly minimum: number
  private readonly failureRatio: number
  private readonly windowMs: number
  private readonly pauseMs: number
  private windowEnds = Number.NEGATIVE_INFINITY
  private attempts = 0
  private failures = 0

  constructor(
    { minimum = 10, failureRatio = 0.5, window = '1m', pause = '30s' }: CircuitBreakerOptions,
    private readonly clock: Clock,
  ) {
    reportFaults('the circuit breaker', [
      ...(Number.isInteger(minimum) && minimum > 0 ? [] : [`minimum is ${minimum}: use a whole number above 0.`]),
      ...(failureRatio > 0 && failureRatio <= 1
        ? []
        : [`failureRatio is ${failureRatio}: use a number above 0, up to 1.`]),
    ])
    this.minimum = minimum
    this.failureRatio = failureRatio
    this.windowMs = checkedMs('window', window)
    this.pauseMs = checkedMs('pause', pause)
  }

  /** Counts one attempt; answers for how many milliseconds to hold the subscription, 0 for not at all. */
  count(failed: boolean): number {
    const now = this.clock.monotonic()
    if (now >= this.windowEnds) this.reset(now)
    this.attempts++
    if (failed) this.failures++
    if (!failed || this.attempts < this.minimum || this.failures / this.attempts < this.failureRatio) return 0
    this.reset(now + this.pauseMs)
    return this.pauseMs
  }

  describe(): string {
    const share = Math.round(this.failureRatio * 100)
    return `held for ${sayMs(this.pauseMs)} when ${share} % of at least ${this.minimum} attempts within ${sayMs(this.windowMs)} fail`
  }

  private reset(from: number): void {
    this.windowEnds = from + this.windowMs
    this.attempts = 0
    this.failures = 0
  }
}
