import { type Clock, sleep } from '../runtime/clock.js'

/** Makes a function that resolves no more often than every so many milliseconds, or at once when `signal` is aborted. */
export function pacer(clock: Clock, everyMs: number, signal: AbortSignal | undefined): () => Promise<void> {
  let nextMs = clock.monotonic()
  return async () => {
    const waitMs = nextMs - clock.monotonic()
    nextMs = Math.max(nextMs, clock.monotonic()) + everyMs
    if (waitMs > 0) await sleep(clock, waitMs, signal)
  }
}
