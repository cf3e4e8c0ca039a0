import type { CompiledMiddleware, MessageDecoder } from '@gulo/core'
import { Decoder } from './decode/decoder.js'
import { validationFailed } from './faults.js'
import { checkOptions, type ValidationOptions } from './options.js'
import type { ValidationPlan } from './plan/plan.js'
import { Plans } from './plan/plans.js'
import type { AnyClass } from './plan/rules.js'
import { problemsOf } from './problems.js'

/** What `validation` makes: middleware that also turns wire data into valid messages. */
export interface Validation extends CompiledMiddleware {
  readonly decode: MessageDecoder
}

/**
 * Validates commands and queries before their handler, and messages from outside when they are decoded, by the rules of
 * class-validator on their class. A class without rules costs nothing.
 * @throws GULO_VALIDATION_OPTIONS; the middleware and the decoder throw GULO_VALIDATION_FAILED.
 */
export function validation(options: ValidationOptions = {}): Validation {
  checkOptions(options)
  const { validator = {}, unknownKeys = 'strip', kinds = ['command', 'query'] } = options
  // Errors never carry the message itself: it may hold personal data.
  const plans = new Plans({ ...validator, validationError: { target: false, value: false } })
  const decoder = new Decoder(unknownKeys)
  return {
    name: 'validation',
    forMessage(messageClass, kind) {
      const plan = plans.of(messageClass)
      if (!kinds.includes(kind) || !plan.ruled) return undefined
      return { name: 'validation', before: (message) => refuse(messageClass, plan.errors(message)) }
    },
    decode(messageClass, data) {
      const instance = decoder.decode(messageClass, data)
      const plan = plans.of(messageClass)
      return plan.ruled ? checked(messageClass, plan, instance) : instance
    },
  }
}

type Found = ReturnType<ValidationPlan['errors']>

function refuse(target: AnyClass, found: Found): undefined | Promise<undefined> {
  if (found instanceof Promise) return found.then((errors) => refuse(target, errors) as undefined)
  if (found.length > 0) throw validationFailed(target.name, problemsOf(found))
  return undefined
}

/** The instance when it is valid. A rule that breaks on the shape of foreign data is their fault, not one to try again. */
function checked(target: AnyClass, plan: ValidationPlan, instance: object): object | Promise<object> {
  try {
    const pending = refuse(target, plan.errors(instance))
    return pending === undefined
      ? instance
      : pending.then(
          () => instance,
          (error) => blame(target, error),
        )
  } catch (error) {
    return blame(target, error)
  }
}

function blame(target: AnyClass, error: unknown): never {
  if (!(error instanceof TypeError || error instanceof RangeError)) throw error
  throw validationFailed(
    target.name,
    [{ path: '', constraints: { rule: 'a rule cannot be run on these data' } }],
    error,
  )
}
