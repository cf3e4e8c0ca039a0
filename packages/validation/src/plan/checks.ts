import type { ValidationArguments } from 'class-validator'
import { isBuiltIn } from './builtin.js'
import { plainEmailCheck } from './email.js'
import { type Constraint, constraintsOf, isInline, type Rule } from './rules.js'

/** Whether a value of a property meets one rule. */
export type Check = (value: unknown, object: object) => boolean

/** Told that a validator answered a promise: from then on class-validator itself must decide. */
export type OnPromise = () => void

/** One check for each validator behind a rule. */
export function checksOf(rule: Rule, onPromise: OnPromise): Check[] {
  return constraintsOf(rule).map((constraint) => {
    const check = rule.each ? eachCheck(rule, constraint, onPromise) : wholeCheck(rule, constraint, onPromise)
    const condition = rule.validateIf
    return condition === undefined ? check : (value, object) => !condition(object, value) || check(value, object)
  })
}

function wholeCheck(rule: Rule, constraint: Constraint, onPromise: OnPromise): Check {
  const validate = validatorOf(rule, constraint)
  if (isBuiltIn(constraint))
    return (value, object) => passed(validate(value, new Given(rule, value, object)), onPromise)
  return (value, object) => passed(validate(value, argumentsFor(rule, value, object)), onPromise)
}

/** The arguments for the rules of class-validator itself, which read few of them: a quarter smaller than all five. */
class Given implements ValidationArguments {
  constructor(
    private readonly rule: Rule,
    readonly value: unknown,
    readonly object: object,
  ) {}

  get targetName(): string {
    return this.object.constructor.name
  }

  get property(): string {
    return this.rule.propertyName
  }

  get constraints(): ValidationArguments['constraints'] {
    return this.rule.constraints
  }
}

function eachCheck(rule: Rule, constraint: Constraint, onPromise: OnPromise): Check {
  const validate = validatorOf(rule, constraint)
  return (value, object) => {
    const given = argumentsFor(rule, value, object)
    const one = (item: unknown) => passed(validate(item, given), onPromise)
    if (Array.isArray(value)) return value.every(one)
    if (value instanceof Map || value instanceof Set) return Array.from(value.values()).every(one)
    return one(value)
  }
}

function validatorOf(rule: Rule, constraint: Constraint): (value: unknown, given: ValidationArguments) => unknown {
  if (!isInline(constraint)) return (value, given) => constraint.instance.validate(value, given)
  const { instance } = constraint
  const plain = plainEmailCheck(rule, constraint)
  if (plain !== undefined) return (value, given) => plain(value) || instance.validate(value, given)
  return (value, given) => instance.validate(value, given)
}

// Made anew for each value: a validator may keep it.
function argumentsFor(rule: Rule, value: unknown, object: object): ValidationArguments {
  return {
    targetName: object.constructor.name,
    property: rule.propertyName,
    object,
    value,
    constraints: rule.constraints,
  }
}

function passed(answer: unknown, onPromise: OnPromise): boolean {
  if (typeof answer === 'boolean') return answer
  if (!isThenable(answer)) return Boolean(answer)
  onPromise()
  // It is asked again by class-validator, which waits for that answer; this one must not end as an unhandled rejection.
  answer.then(undefined, () => {})
  return false
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return value !== null && typeof value === 'object' && typeof (value as { then?: unknown }).then === 'function'
}
