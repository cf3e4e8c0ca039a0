import { type Clock, systemClock } from '@gulo/core'

/** A clock that is wrong by `skewMs`, and whose durations have a beginning of their own. */
export function skewedClock(skewMs: number): Clock {
  return {
    now: () => systemClock.now() + skewMs,
    monotonic: () => systemClock.monotonic() + Math.abs(skewMs),
    after: (delayMs, action, options) => systemClock.after(delayMs, action, options),
  }
}
