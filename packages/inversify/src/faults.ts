import { type ErrorEntry, errorFactory } from '@gulo/core'

/** Every error of the inversify package. */
export const INVERSIFY_ERRORS = {
  GULO_SERVICE_NOT_MADE: {
    message: '{operation} was called on the injected mediator before its service was made.',
    mend: 'Start it first: await container.get(Service).start().',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

export const fault = errorFactory(INVERSIFY_ERRORS)
