import type { Method } from '../suite.js'

/**
 * How broker suites measure. A best round would be that of the broker's best moment, so each round is compared with the
 * same round of raw; a second process only adds rounds, because the noise is the broker's and not the compiler's.
 */
export const BROKER_METHOD: Method = {
  by: 'median',
  processes: 1,
  attempts: 2,
  effort: { rounds: 30, warmUpRounds: 5, batchMs: 150, longestMs: 30_000 },
  quick: { rounds: 6, warmUpRounds: 5, batchMs: 100, longestMs: 8000 },
}
