import { sleep, systemClock, withDeadline } from '@gulo/core'
import { fault } from '../faults.js'

/** How long a suite waits for what is to happen, in milliseconds, unless its facts say otherwise. */
export const PATIENCE_MS = 10_000

/** Settles like `work`, or rejects with GULO_SUITE_IMPATIENT; `seen` tells what there was instead. */
export function within<T>(
  patienceMs: number,
  work: Promise<T>,
  what: string,
  seen: () => string = () => '',
): Promise<T> {
  return withDeadline(systemClock, patienceMs, work, () =>
    fault('GULO_SUITE_IMPATIENT', { patienceMs, what, seen: seen() }),
  )
}

/** A promise and what settles it. */
export interface Gate<T = void> {
  readonly passed: Promise<T>
  open(value: T): void
}

/** Makes a gate that is closed until `open`. */
export function gate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => undefined
  const passed = new Promise<T>((resolve) => {
    open = resolve
  })
  return { passed, open }
}

/** Gives what must not happen the time to happen: a right driver passes however long this is. */
export function grace(): Promise<void> {
  return sleep(systemClock, 30)
}
