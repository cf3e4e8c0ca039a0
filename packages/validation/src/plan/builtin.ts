import * as classValidator from 'class-validator'
import { type Constraint, constraintsOf, isInline, isOfType, type Rule } from './rules.js'

// class-validator exports the name of each of its validators as a constant, such as IS_STRING.
const NAMES = new Set<unknown>(Object.values(classValidator).filter((each) => typeof each === 'string'))

/** Whether a rule is known never to answer a promise: it is one of class-validator's own, and not a nested one. */
export function isSurelySync(rule: Rule): boolean {
  if (isOfType(rule, 'NESTED_VALIDATION') || isOfType(rule, 'PROMISE_VALIDATION')) return false
  return constraintsOf(rule).every((each) => each.async !== true && isBuiltIn(each))
}

/** Whether a validator has the name and the make of one of class-validator's own. */
export function isBuiltIn(constraint: Constraint): boolean {
  return isInline(constraint) && NAMES.has(constraint.name)
}
