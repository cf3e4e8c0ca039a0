import { type ErrorEntry, errorFactory, type GuloError } from '@gulo/core'

/** Every error of this package; a code is never given a new meaning. */
export const VALIDATION_ERRORS = {
  GULO_VALIDATION_FAILED: {
    message: '{message} is not valid: {problems}.',
    mend: 'Mend these fields where the message is made, or the rules on its class.',
  },
  GULO_VALIDATION_CLASS: {
    message: '{message} cannot be made without arguments: {reason}.',
    mend: 'Give its constructor no parameters, or defaults for them; decoding assigns the fields afterwards.',
  },
  GULO_VALIDATION_OPTIONS: {
    message: 'The argument {option} of {operation} is {found}.',
    mend: 'Expected is {expected}.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

export const validationFault = errorFactory(VALIDATION_ERRORS)

/** What is wrong in one place: the sentence of each rule by its name. Never the value, which may be personal. */
export interface Problem {
  /** Where, such as `lines[0].sku`; empty for the message itself. */
  readonly path: string
  readonly constraints: Readonly<Record<string, string>>
}

const MOST_PROBLEMS = 100

/** GULO_VALIDATION_FAILED, with at most a hundred problems in `details.errors` and their number in `details.total`. */
export function validationFailed(message: string, problems: readonly Problem[], cause?: unknown): GuloError {
  const errors = problems.slice(0, MOST_PROBLEMS)
  return validationFault(
    'GULO_VALIDATION_FAILED',
    { message, problems: errors.map(say).join('; '), errors, total: problems.length },
    cause,
  )
}

function say({ path, constraints }: Problem): string {
  const texts = Object.values(constraints).join(', ')
  return path === '' ? texts : `${path} (${texts})`
}
