import { changeWithin, type Zone } from './zone.js'

/** The next time after `ms` at which a pattern fits, on a clock that is never put forward or back. */
export type NextOnClock = (ms: number) => number | undefined

// Clocks are put forward and back by an hour or less; two hours have been seen.
const LARGEST_CHANGE_MS = 3 * 3_600_000

/**
 * The next time for a pattern that fits in every hour: it goes by the clock on the wall, and when that is put back it
 * fits once more in the hour that comes twice.
 */
export function nextInEveryHour(next: NextOnClock, zone: Zone, afterMs: number): number | undefined {
  let fromMs = afterMs
  for (;;) {
    // On the moment of a change the new time holds.
    const offset = zone.offsetAt(fromMs)
    const wallMs = next(fromMs + offset)
    if (wallMs === undefined) return undefined
    const foundMs = wallMs - offset
    const changeMs = changeWithin(zone, fromMs, foundMs)
    if (changeMs === undefined) return foundMs
    // The pattern is looked for anew under each time that holds: so none is left out, and none invented.
    const newOffset = zone.offsetAt(changeMs)
    if (next(changeMs - 1 + newOffset) === changeMs + newOffset) return changeMs
    fromMs = changeMs
  }
}

/**
 * The next time for a pattern of certain hours: once for each time on the clock. What falls into an hour that is left
 * out comes as much later as the clock is put forward; in an hour that comes twice, the first one counts.
 */
export function nextAtCertainHours(next: NextOnClock, zone: Zone, afterMs: number): number | undefined {
  // From before a change nearby, since times that were left out come after others that fit.
  const nearby = zone.offsetAt(afterMs - LARGEST_CHANGE_MS) !== zone.offsetAt(afterMs)
  let wallMs = next(afterMs + zone.offsetAt(afterMs) - (nearby ? LARGEST_CHANGE_MS : 0))
  let bestMs: number | undefined
  while (wallMs !== undefined) {
    const foundMs = momentOf(zone, wallMs)
    if (foundMs > afterMs && (bestMs === undefined || foundMs < bestMs)) bestMs = foundMs
    if (bestMs !== undefined && wallMs - zone.offsetAt(bestMs) >= bestMs) return bestMs
    wallMs = next(wallMs)
  }
  return bestMs
}

/** The moment at which the clock shows `wallMs`: the first of two; for none, as much later as the clock is put forward. */
function momentOf(zone: Zone, wallMs: number): number {
  const before = zone.offsetAt(wallMs - zone.offsetAt(wallMs) - LARGEST_CHANGE_MS)
  const earlyMs = wallMs - before
  if (zone.offsetAt(earlyMs) === before) return earlyMs
  const lateMs = wallMs - zone.offsetAt(earlyMs)
  return zone.offsetAt(lateMs) === zone.offsetAt(earlyMs) ? lateMs : earlyMs
}
