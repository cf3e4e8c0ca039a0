import { errorFactory } from './errors.js'
import { CONSUMING_FAULTS } from './faults/consuming-faults.js'
import { HANDLING_FAULTS } from './faults/handling-faults.js'
import { MESSAGE_FAULTS } from './faults/message-faults.js'
import { PUBLISHING_FAULTS } from './faults/publishing-faults.js'
import { SERVICE_FAULTS } from './faults/service-faults.js'
import { WIRE_FAULTS } from './faults/wire-faults.js'

/** Every error of the core: `docs/reference/errors.md` is printed from this table. A code is never given a new meaning. */
export const CORE_ERRORS = {
  ...MESSAGE_FAULTS,
  ...HANDLING_FAULTS,
  ...PUBLISHING_FAULTS,
  ...WIRE_FAULTS,
  ...CONSUMING_FAULTS,
  ...SERVICE_FAULTS,
} as const

/** Makes an error of the core. */
export const fault = errorFactory(CORE_ERRORS)

/** Reports every fault of a configuration at once, or nothing. */
export function reportFaults(component: string, faults: readonly string[]): void {
  if (faults.length > 0)
    throw fault('GULO_CONFIGURATION_INVALID', { component, count: faults.length, faults: faults.join(' ') })
}
