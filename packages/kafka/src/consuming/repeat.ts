import type { Clock, Timer } from '@gulo/core'

/** Calls `action` every `everyMs` until cancelled. */
export function repeat(clock: Clock, everyMs: number, action: () => void): Timer {
  let timer = clock.after(everyMs, tick)
  function tick() {
    timer = clock.after(everyMs, tick)
    action()
  }
  return { cancel: () => timer.cancel() }
}

/** Resolves when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
