import type { ValidatorOptions } from 'class-validator'
import { validationFault } from '../faults.js'
import { Plan, type ValidationPlan } from './plan.js'
import type { AnyClass } from './rules.js'
import { Stripped } from './whitelist.js'

/**
 * Reads the rules of a class once and puts them into a plan. Rules that are added to the class later are not seen.
 * @param options as for `validate` of class-validator
 * @throws GULO_VALIDATION_OPTIONS when `target` is no class.
 */
export function compilePlan(
  target: abstract new (...parameters: never[]) => object,
  options: ValidatorOptions = {},
): ValidationPlan {
  if (typeof target !== 'function') {
    const details = { operation: 'compilePlan', option: 'target', found: typeof target, expected: 'a class' }
    throw validationFault('GULO_VALIDATION_OPTIONS', details)
  }
  return new Plans(options).of(target)
}

/** The plans of all classes under the same options, each made when it is first needed. */
export class Plans {
  // Weak: a plan lives as long as its class.
  private readonly known = new WeakMap<AnyClass, Plan>()
  private readonly stripped = new Stripped()

  constructor(private readonly options: ValidatorOptions) {}

  readonly of = (target: AnyClass): Plan => {
    const known = this.known.get(target)
    if (known !== undefined) return known
    const plan = new Plan(target, this.options, this.stripped, this.of)
    this.known.set(target, plan)
    return plan
  }
}
