import { type ErrorEntry, errorFactory, GuloError } from '@gulo/core'

/** Every error of this package; a code is never given a new meaning. */
export const OPS_ERRORS = {
  GULO_COMMAND_UNKNOWN: {
    message: 'There is no command {command}.',
    mend: 'Use one of {known}; commands of a store are there where gulo.config exports that store.',
  },
  GULO_COMMAND_ARGUMENTS: {
    message: '{command} cannot be called so: {reason}.',
    mend: 'Look at gulo {command} --help.',
  },
  GULO_CONFIG_MISSING: {
    message: 'There is no {path}.',
    mend: 'Make a gulo.config.mjs that exports your service, or your store and transport, or name another file with --config.',
  },
  GULO_CONFIG_FAILED: {
    message: '{path} could not be loaded: {reason}.',
    mend: 'Mend what is named: it is imported as the module of a program is. TypeScript needs Node 22.18 or newer.',
  },
  GULO_CONFIG_LACKS: {
    message: '{command} needs {what}, and {path} exports none.',
    mend: 'Export it by that name, or a service that has it.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

/** Makes an error of this package. */
export const opsFault = errorFactory(OPS_ERRORS)

/** What an error says, without the mend, for the message of another one. */
export function reasonOf(error: unknown): string {
  if (GuloError.is(error)) return error.found
  return error instanceof Error ? error.message || error.name : String(error)
}
