import type { ValidationArguments } from 'class-validator'
import type { Constraint } from './rules.js'

/**
 * The places in the code that a validator runs through until it reads its constraints; `undefined` where it does not
 * read them, or the engine does not tell. Two inline validators with the same places are the same function: a name and
 * a message can be copied by a stricter rule of somebody else, a place cannot.
 */
export function originOf({ instance }: Constraint): string | undefined {
  let places: string | undefined
  const given = {
    get constraints(): never {
      places = callPlaces()
      throw new Error('only the places are wanted')
    },
  }
  try {
    Promise.resolve(instance.validate('', given as unknown as ValidationArguments)).catch(() => {})
  } catch {
    // By the getter above, or because the validator expects more than this.
  }
  return places
}

/** The four innermost calls below this one: the getter, the validator, the class around it, and `originOf`. */
function callPlaces(): string | undefined {
  const before = [Error.prepareStackTrace, Error.stackTraceLimit] as const
  try {
    Error.stackTraceLimit = 4
    Error.prepareStackTrace = (_, calls) => calls.map(placeOf).join('\n')
    const holder: { stack?: unknown } = {}
    Error.captureStackTrace(holder, callPlaces)
    return typeof holder.stack === 'string' ? holder.stack : undefined
  } finally {
    ;[Error.prepareStackTrace, Error.stackTraceLimit] = before
  }
}

function placeOf(call: NodeJS.CallSite): string {
  return `${call.getFileName()}:${call.getLineNumber()}:${call.getColumnNumber()}`
}
