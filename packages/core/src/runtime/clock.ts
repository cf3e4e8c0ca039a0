/** A timer that has been set; `cancel` after it fired does nothing. */
export interface Timer {
  cancel(): void
}

/** Time as Gulo sees it. Nothing else in any package reads the process clock or sets a timer. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
  /** Milliseconds from an arbitrary start, never going backwards: for durations. */
  monotonic(): number
  /** Calls `action` once, `delayMs` from now. The timer keeps the process alive unless `background` is set. */
  after(delayMs: number, action: () => void, options?: TimerOptions): Timer
}

export interface TimerOptions {
  /** Whether the process may end while this timer is pending. @default false */
  readonly background?: boolean
}

// The longest delay Node accepts; longer ones fire at once.
const MAX_DELAY_MS = 2_147_483_647

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, action, options) {
    const timer = setTimeout(action, Math.min(Math.max(delayMs, 0), MAX_DELAY_MS))
    if (options?.background) timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Resolves after `delayMs`, or at once when `signal` is aborted: the caller looks at the signal. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = () => {
      timer.cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.after(delayMs, done)
    signal?.addEventListener('abort', done, { once: true })
  })
}

/** Settles like `work`, or rejects with what `late` makes once `deadlineMs` has passed. `work` itself goes on. */
export function withDeadline<T>(clock: Clock, deadlineMs: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(deadlineMs, () => reject(late()))
    work.then(resolve, reject).finally(() => timer.cancel())
  })
}

const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A length of time: milliseconds, or text such as `'250ms'`, `'10s'`, `'15m'`, `'2h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

/** Milliseconds of a {@link Duration}; `undefined` when it is not one. */
export function toMs(duration: Duration): number | undefined {
  if (typeof duration === 'number') return Number.isFinite(duration) && duration >= 0 ? duration : undefined
  const match = DURATION.exec(String(duration).trim())
  return match ? Number(match[1]) * (UNIT_MS[match[2] as string] as number) : undefined
}

/** Says a number of milliseconds the way a person would: `250 ms`, `10 s`, `1.5 m`. */
export function sayMs(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const) {
    if (ms >= size) return `${Number((ms / size).toFixed(1))} ${unit}`
  }
  return `${Math.round(ms)} ms`
}
