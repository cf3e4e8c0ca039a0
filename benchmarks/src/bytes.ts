import { median } from './statistics.js'
import type { Stopwatch, Variant } from './suite.js'

const TIMES = 4000
const WARM_UP = 10
const REPEATS = 7

/** What the process must be started with, so that nothing is collected while 4000 operations are watched. */
export const BYTES_FLAGS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128']

const NO_WATCH: Stopwatch = { start: () => undefined, stop: () => undefined }

/** Bytes of heap that one operation leaves behind before any collection. The process must run with `BYTES_FLAGS`. */
export async function bytesPerOperation({ run }: Variant): Promise<number> {
  for (let count = 0; count < WARM_UP; count++) await run(TIMES, NO_WATCH)
  const readings: number[] = []
  // Once: a full collection before every reading throws compiled code away, and the reading counts its return.
  globalThis.gc?.()
  for (let count = 0; count < REPEATS; count++) {
    const before = process.memoryUsage().heapUsed
    await run(TIMES, NO_WATCH)
    readings.push((process.memoryUsage().heapUsed - before) / TIMES)
  }
  return median(readings)
}
