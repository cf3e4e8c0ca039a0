import { fault } from '../faults.js'
import { type Duration, toMs } from '../runtime/clock.js'

/** Says when something recurs, the same in every process. */
export interface Occurrences {
  /** The first time after `afterMs`, both in milliseconds since 1970; `undefined` when there is none. */
  next(afterMs: number): number | undefined
  /** In words, such as `every 5m`: a schedule whose words have changed begins anew. */
  readonly words: string
}

const SHORTEST_MS = 100

/** Recurs at every multiple of `interval` since 1970: `every('15m')` at each quarter of an hour. @throws GULO_DURATION_INVALID */
export function every(interval: Duration): Occurrences {
  const ms = toMs(interval)
  if (ms === undefined || ms < SHORTEST_MS) {
    const found = ms === undefined ? String(interval) : `${ms} ms, less than ${SHORTEST_MS} ms`
    throw fault('GULO_DURATION_INVALID', { option: 'every', found })
  }
  return {
    next: (afterMs) => (Math.floor(afterMs / ms) + 1) * ms,
    words: `every ${typeof interval === 'number' ? `${interval}ms` : interval.replaceAll(' ', '')}`,
  }
}

/** The last occurrence up to `nowMs`, of which `firstMs` is one. */
export function lastUpTo(occurrences: Occurrences, firstMs: number, nowMs: number): number {
  const isAhead = (ms: number | undefined) => ms === undefined || ms > nowMs
  if (isAhead(occurrences.next(firstMs))) return firstMs
  // Halved, not counted: years of seconds may have been missed.
  let [some, none] = [firstMs, nowMs]
  while (none - some > 1) {
    const middle = Math.floor((some + none) / 2)
    if (isAhead(occurrences.next(middle))) none = middle
    else some = middle
  }
  return occurrences.next(some) ?? firstMs
}
