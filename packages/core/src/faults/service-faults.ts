import type { ErrorEntry } from '../errors.js'

/** What can be wrong with the configuration and life of a service. */
export const SERVICE_FAULTS = {
  GULO_CONFIGURATION_INVALID: {
    message: 'The configuration of {component} has {count} faults: {faults}',
    mend: 'Mend all of them; they were found in one look.',
  },
  GULO_CONTRADICTION: {
    message: 'The service {service} promises what its wiring cannot keep: {faults}',
    mend: 'Change the wiring as each fault says.',
  },
  GULO_START_FAILED: {
    message: '{component} could not start: {reason}.',
    mend: 'Mend the cause; what had started was stopped again.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>
