import { type ValidationError, type ValidatorOptions, validate, validateSync } from 'class-validator'
import { isSurelySync } from './builtin.js'
import { nestedCheck, type PlanOf } from './nested.js'
import { type PropertyCheck, propertyCheck, type Target } from './property.js'
import { type AnyClass, allRules, type Rule, rulesOf } from './rules.js'
import { type Stripped, whitelistCheck } from './whitelist.js'

/** The rules of one class, read once. Decides exactly as class-validator does, which words every error. */
export interface ValidationPlan {
  /** Whether the object is valid for sure. `false` means only that class-validator must be asked. */
  passes(object: object): boolean
  /**
   * What class-validator finds wrong; nothing for a valid object. A promise only for an object that does not pass, of a
   * class with nested, custom or asynchronous rules.
   */
  errors(object: object): readonly ValidationError[] | Promise<readonly ValidationError[]>
}

const NONE: readonly ValidationError[] = Object.freeze([])

export class Plan implements ValidationPlan {
  /** Whether the class or one of its bases has any rule, of any group. */
  readonly ruled: boolean
  private run: (object: Target) => boolean
  private mayWait = true

  constructor(
    private readonly target: AnyClass,
    private readonly options: ValidatorOptions,
    private readonly stripped: Stripped,
    planOf: PlanOf,
  ) {
    this.ruled = allRules(target).length > 0
    try {
      const rules = rulesOf(target, options)
      this.run = this.compile(rules, planOf)
      this.mayWait = !Object.values(rules).flat().every(isSurelySync)
    } catch {
      // What class-validator cannot read, it refuses in its own words when it is asked.
      this.run = askAlways
    }
  }

  passes(object: object): boolean {
    const { mark } = this.stripped
    const passed = this.attempt(object)
    this.stripped.end(mark, passed)
    return passed
  }

  private attempt(object: object): boolean {
    try {
      return object.constructor === this.target && this.run(object as Target)
    } catch {
      return false
    }
  }

  /** Like `passes`, for a nested object of this class; throws what a rule throws. */
  holds(object: object): boolean {
    return this.run(object as Target)
  }

  errors(object: object): readonly ValidationError[] | Promise<readonly ValidationError[]> {
    if (this.passes(object)) return NONE
    const { options } = this
    return this.mayWait || object.constructor !== this.target
      ? validate(object, options)
      : validateSync(object, options)
  }

  private compile(rules: Readonly<Record<string, readonly Rule[]>>, planOf: PlanOf): (object: Target) => boolean {
    const { options } = this
    const names = Object.keys(rules)
    if (names.length === 0 && options.forbidUnknownValues !== false) return askAlways
    const onPromise = () => {
      this.run = askAlways
    }
    const parts = { options, onPromise, nested: nestedCheck(options, planOf) }
    const whitelist = whitelistCheck(rules, options, this.stripped)
    const properties = names.map((name) => propertyCheck(name, rules[name] ?? [], parts))
    return inTurn(whitelist === undefined ? properties : [whitelist, ...properties])
  }
}

function askAlways(): boolean {
  return false
}

function inTurn(checks: readonly PropertyCheck[]): PropertyCheck {
  return (object) => {
    for (const check of checks) if (!check(object)) return false
    return true
  }
}
