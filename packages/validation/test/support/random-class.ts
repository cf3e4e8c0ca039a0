import { getMetadataStorage } from 'class-validator'
import fc from 'fast-check'
import { RULES, type RuleOptions } from './random-rules.js'

// biome-ignore lint/complexity/noBannedTypes: what class-validator keys its metadata by
type AnyClass = Function

export interface FieldSpec {
  readonly name: string
  readonly getter: 'no' | 'yes' | 'throws'
  readonly rules: readonly { readonly rule: string; readonly options: RuleOptions }[]
}

export interface ClassSpec {
  readonly fields: readonly FieldSpec[]
  readonly base?: ClassSpec | undefined
}

const GROUPS = ['one', 'two']

const ruleOptions: fc.Arbitrary<RuleOptions> = fc.record(
  {
    each: rarely(true, 3),
    groups: fc.subarray(GROUPS),
    always: fc.boolean(),
    context: fc.constant({ code: 7 }),
    message: fc.constant('$property is $value of $target'),
    validateIf: fc.constantFrom(
      (_: object, value: unknown) => value !== 'a',
      () => false,
    ),
  },
  { requiredKeys: [] },
)

const rule = fc.record({
  rule: fc.oneof(
    { weight: 14, arbitrary: fc.constantFrom(...Object.keys(RULES)) },
    { weight: 1, arbitrary: fc.constant('ValidateNested') },
  ),
  options: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 2, arbitrary: ruleOptions }),
})

const field: fc.Arbitrary<FieldSpec> = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd', '0', 'length'),
  getter: fc.oneof(
    { weight: 20, arbitrary: fc.constant('no' as const) },
    { weight: 1, arbitrary: fc.constantFrom('yes' as const, 'throws' as const) },
  ),
  rules: fc.oneof(
    { weight: 3, arbitrary: fc.array(rule, { minLength: 1, maxLength: 1 }) },
    { weight: 2, arbitrary: fc.array(rule, { minLength: 2, maxLength: 3 }) },
  ),
})

const plain: fc.Arbitrary<ClassSpec> = fc.record({
  fields: fc.uniqueArray(field, { maxLength: 4, selector: ({ name }) => name }),
})

/** A class with rules, at times with a base class that has rules of its own. */
export const classSpec: fc.Arbitrary<ClassSpec> = fc.record({
  fields: fc.uniqueArray(field, { maxLength: 4, selector: ({ name }) => name }),
  base: fc.option(plain, { nil: undefined, freq: 4 }),
})

/** Makes the class by applying its decorators at run time; `made` collects it and its bases, to be forgotten again. */
export function makeClass({ fields, base }: ClassSpec, made: AnyClass[]): new () => Record<string, unknown> {
  const Base = base ? makeClass(base, made) : Object
  const Sample = class Sample extends (Base as new () => object) {} as new () => Record<string, unknown>
  for (const { name, getter, rules } of fields) {
    if (getter !== 'no') {
      const get = getter === 'yes' ? () => 'aa' : fail
      Object.defineProperty(Sample.prototype, name, { get, configurable: true })
    }
    for (const { rule, options } of rules) RULES[rule]?.({ ...options })(Sample.prototype, name)
  }
  made.push(Sample)
  return Sample
}

/** class-validator looks through every class it knows for each object, which would make a long test quadratic. */
export function forget(made: readonly AnyClass[]): void {
  const { validationMetadatas } = getMetadataStorage() as unknown as { validationMetadatas: Map<AnyClass, unknown> }
  for (const each of made) validationMetadatas.delete(each)
}

function fail(): never {
  throw new Error('a getter that throws')
}

function rarely<T>(value: T, weight: number): fc.Arbitrary<T | false> {
  return fc.oneof({ weight: 1, arbitrary: fc.constant(value) }, { weight, arbitrary: fc.constant(false as const) })
}
