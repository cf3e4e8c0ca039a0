import type { ValidatorOptions } from 'class-validator'
import type { Check } from './checks.js'
import { type AnyClass, missingCheck } from './rules.js'

/** The plan of the class of a nested object. */
export type PlanOf = (target: AnyClass) => { holds(object: object): boolean }

/** Checks what stands under `@ValidateNested`: an object by the plan of its own class, or each item of a collection. */
export function nestedCheck(options: ValidatorOptions, planOf: PlanOf): Check {
  const holds = objectCheck(planOf)
  const skip = missingCheck(options)
  const item = (value: unknown): boolean => skip?.(value) || check(value)
  const check = (value: unknown): boolean => {
    if (value === undefined) return true
    if (Array.isArray(value)) return value.every(item)
    if (value instanceof Set) return Array.from(value).every(item)
    if (value instanceof Map) return mapCheck(value, item)
    return value instanceof Object && holds(value)
  }
  return check
}

function mapCheck(map: Map<unknown, unknown>, item: (value: unknown) => boolean): boolean {
  for (const [key, value] of map) {
    // class-validator calls toString of every key, so that only these are sure not to throw.
    if (typeof key !== 'string' && typeof key !== 'number') return false
    if (!item(value)) return false
  }
  return true
}

function objectCheck(planOf: PlanOf): (value: object) => boolean {
  let lastClass: unknown
  let lastPlan: ReturnType<PlanOf> | undefined
  return (value) => {
    const type: unknown = value.constructor
    if (type !== lastClass || lastPlan === undefined) {
      if (typeof type !== 'function') return false
      lastPlan = planOf(type)
      lastClass = type
    }
    return lastPlan.holds(value)
  }
}
