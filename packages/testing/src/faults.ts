import { type ErrorEntry, errorFactory } from '@gulo/core'

/** Every error of the testing package. */
export const TESTING_ERRORS = {
  GULO_SUITE_NO_RUNNER: {
    message: 'The suite {suite} found no describe and it.',
    mend: 'Call it from a test file that mocha runs.',
  },
  GULO_SUITE_SKIP_INVALID: {
    message: 'The suite {suite} cannot skip as told: {wrong}.',
    mend: 'Name the titles exactly as the suite prints them, each with a reason.',
  },
  GULO_SUITE_IMPATIENT: {
    message: 'Within {patienceMs} ms this did not happen: {what}. {seen}',
    mend: 'Mend the driver, or raise patienceMs if it is only slow.',
  },
  GULO_TEST_UNKNOWN_SERVICE: {
    message: 'The harness runs no service named {name}; it runs {known}.',
    mend: 'Name one of those.',
  },
  GULO_TEST_NOT_SETTLED: {
    message: 'The services were not settled after {horizonMs} ms of virtual time.',
    mend: 'Look at the probes for what goes on and on, or raise horizon.',
  },
  GULO_TEST_PROXY_INVALID: {
    message: 'The proxy cannot be started: {wrong}.',
    mend: 'Give it target as host:port, and a port that is free or none.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

/** Makes an error of the testing package. */
export const fault = errorFactory(TESTING_ERRORS)
