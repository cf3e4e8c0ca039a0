import { fault } from '../faults.js'
import { type Duration, sayMs, toMs } from '../runtime/clock.js'
import type { Random } from '../runtime/random.js'

/** How long to wait before the next attempt, as a value that describes itself. */
export interface Backoff {
  /** Milliseconds to wait after the failed attempt number `attempt` (from 1). */
  delayMs(attempt: number, random: Random): number
  /** The longest wait after that attempt, for checking retention times. */
  longestMs(attempt: number): number
  describe(): string
}

export interface ExponentialOptions {
  /** The first wait. @default '100ms' */
  readonly base?: Duration
  /** No wait is longer. @default '30s' */
  readonly max?: Duration
  /** `full` draws between 0 and the wait, so that many consumers do not retry in step. @default 'full' */
  readonly jitter?: 'full' | 'none'
}

/** Waits base, base·2, base·4 … up to max. */
export function exponential({ base = '100ms', max = '30s', jitter = 'full' }: ExponentialOptions = {}): Backoff {
  const baseMs = checkedMs('base', base)
  const maxMs = checkedMs('max', max)
  const longestMs = (attempt: number) => Math.min(baseMs * 2 ** (attempt - 1), maxMs)
  return {
    longestMs,
    delayMs: (attempt, random) =>
      jitter === 'full' ? Math.round(longestMs(attempt) * random.next()) : longestMs(attempt),
    describe: () => `${sayMs(baseMs)}·2ⁿ up to ${sayMs(maxMs)}${jitter === 'full' ? ' with full jitter' : ''}`,
  }
}

/** Waits the same every time. */
export function fixed(delay: Duration): Backoff {
  const ms = checkedMs('delay', delay)
  return { longestMs: () => ms, delayMs: () => ms, describe: () => sayMs(ms) }
}

/** Milliseconds of a duration. @throws GULO_DURATION_INVALID */
export function checkedMs(option: string, duration: Duration): number {
  const ms = toMs(duration)
  if (ms === undefined) throw fault('GULO_DURATION_INVALID', { option, found: JSON.stringify(duration) })
  return ms
}
