import { IsEmail } from 'class-validator'
import { originOf } from './origin.js'
import { type AnyClass, allRules, type Constraint, constraintsOf, isInline, type Rule } from './rules.js'

/**
 * A quick look that is true only for texts that `@IsEmail()` accepts; `undefined` for any other rule. Most addresses
 * are this plain, and the full test takes longer than the seven other fields of a usual message together.
 */
export function plainEmailCheck(rule: Rule, constraint: Constraint): ((value: unknown) => boolean) | undefined {
  if (constraint.name !== 'isEmail' || !isInline(constraint) || rule.constraints[0] !== undefined) return undefined
  const origin = originOf(constraint)
  return origin !== undefined && origin === ownOrigin() ? isPlainEmail : undefined
}

const PLAIN = /^[a-z0-9_-]+(?:[.+][a-z0-9_-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}$/i
const LONGEST = 63 // neither the part before the @ nor a label can then be longer than its own limit

function isPlainEmail(value: unknown): boolean {
  return typeof value === 'string' && value.length <= LONGEST && PLAIN.test(value)
}

let own: string | undefined

function ownOrigin(): string | undefined {
  if (own === undefined) {
    class Sample {}
    IsEmail()(Sample.prototype, 'email')
    const constraint = allRules(Sample as AnyClass).flatMap(constraintsOf)[0]
    own = constraint && originOf(constraint)
  }
  return own
}
