import { type Clock, sleep, type Timer } from '@gulo/core'

/** Calls `action` every `everyMs` until cancelled. */
export function repeat(clock: Clock, everyMs: number, action: () => void): Timer {
  let timer = clock.after(everyMs, tick)
  function tick() {
    timer = clock.after(everyMs, tick)
    action()
  }
  return { cancel: () => timer.cancel() }
}

/** Resolves when `work` has settled, or after `limitMs`. */
export async function within(clock: Clock, limitMs: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  const done = work.then(
    () => over.abort(),
    () => over.abort(),
  )
  await Promise.race([done, sleep(clock, limitMs, over.signal)])
  over.abort()
}
