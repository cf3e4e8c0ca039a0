import { GuloError } from '@gulo/core'

/** The faults a configuration was refused for. */
export function faultsOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (GuloError.is(error, 'GULO_CONFIGURATION_INVALID')) return String(error.details['faults'])
    throw error
  }
  return 'none'
}
