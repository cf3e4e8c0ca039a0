import type { ValidatorOptions } from 'class-validator'
import { type Check, checksOf, type OnPromise } from './checks.js'
import { isOfType, type MissingCheck, missingCheck, type Rule } from './rules.js'

/** Whether one property of an object meets its rules. `false` means only that class-validator must be asked. */
export type PropertyCheck = (object: Target) => boolean

export type Target = Readonly<Record<string, unknown>>

export interface PropertyParts {
  readonly options: ValidatorOptions
  readonly onPromise: OnPromise
  /** Checks what `@ValidateNested` stands on. */
  readonly nested: Check
}

/** Puts the rules of one property in the order in which class-validator applies them. */
export function propertyCheck(name: string, rules: readonly Rule[], parts: PropertyParts): PropertyCheck {
  const wanted = rules.some((rule) => isOfType(rule, 'NESTED_VALIDATION')) ? [parts.nested] : []
  const defined = rules
    .filter((rule) => isOfType(rule, 'IS_DEFINED'))
    .flatMap((rule) => checksOf(rule, parts.onPromise))
  const custom = rules
    .filter((rule) => isOfType(rule, 'CUSTOM_VALIDATION'))
    .flatMap((rule) => checksOf(rule, parts.onPromise))
  const value = valueCheck(defined, [...custom, ...wanted], missingCheck(parts.options))
  const conditions = rules.filter((rule) => isOfType(rule, 'CONDITIONAL_VALIDATION')).map((rule) => rule.constraints[0])
  const promised = rules.some((rule) => isOfType(rule, 'PROMISE_VALIDATION'))
  const settled = conditioned(conditions, value)
  // All of it, conditions too, is for what a promise resolves with: that is left to class-validator.
  const check: Check = promised ? (given, object) => !(given instanceof Promise) && settled(given, object) : settled
  // Read even where no check looks at it: a getter may throw.
  return (object) => check(object[name], object)
}

function conditioned(conditions: readonly Condition[], check: Check): Check {
  if (conditions.length === 0) return check
  return (value, object) => {
    let applies = true
    // All of them are run, as class-validator does.
    for (const condition of conditions) if (!condition(object, value)) applies = false
    return !applies || check(value, object)
  }
}

type Condition = (object: object, value: unknown) => unknown

/** Rules that hold for missing values too, then the rest, unless the options let the missing value pass. */
function valueCheck(defined: readonly Check[], rest: readonly Check[], skip: MissingCheck | undefined): Check {
  const checks = all(rest)
  if (defined.length === 0 && skip === undefined) return checks
  const first = all(defined)
  if (skip === undefined) return (value, object) => first(value, object) && checks(value, object)
  return (value, object) => first(value, object) && (skip(value) || checks(value, object))
}

function all(checks: readonly Check[]): Check {
  const [first, second, third] = checks
  if (first === undefined) return () => true
  if (second === undefined) return first
  if (third === undefined) return (value, object) => first(value, object) && second(value, object)
  return (value, object) => {
    for (const check of checks) if (!check(value, object)) return false
    return true
  }
}
