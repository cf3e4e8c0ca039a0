import { type Clock, systemClock } from './clock.js'
import { timestamps, uuidv7 } from './ids.js'
import { type Random, systemRandom } from './random.js'

/** Time, chance and what is made from them, handed to every part that needs one. */
export interface Runtime {
  readonly clock: Clock
  readonly random: Random
  /** A new UUIDv7, greater than every one before it. */
  readonly newId: () => string
  /** The current time as RFC 3339 text in UTC. */
  readonly timestamp: () => string
}

export interface RuntimeOptions {
  /** @default systemClock */
  readonly clock?: Clock
  /** @default systemRandom */
  readonly random?: Random
}

/** The runtime of one service; two services of a process share none. */
export function createRuntime({ clock = systemClock, random = systemRandom }: RuntimeOptions = {}): Runtime {
  return { clock, random, newId: uuidv7(clock, random), timestamp: timestamps(clock) }
}
