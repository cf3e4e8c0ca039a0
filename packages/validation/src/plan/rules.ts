import { getMetadataStorage, ValidateBy, ValidationTypes, type ValidatorOptions } from 'class-validator'

type Storage = ReturnType<typeof getMetadataStorage>

/** One decorator on one property, as class-validator keeps it. */
export type Rule = ReturnType<Storage['getTargetValidationMetadatas']>[number]

/** A validator class behind a rule. */
export type Constraint = ReturnType<Storage['getTargetValidatorConstraints']>[number]

// biome-ignore lint/complexity/noBannedTypes: class-validator keys its metadata by any function
export type AnyClass = Function

/** The rules that these options choose, by property: the very grouping that class-validator makes for each message. */
export function rulesOf(target: AnyClass, options: ValidatorOptions): Record<string, Rule[]> {
  const storage = getMetadataStorage()
  const { always = false, strictGroups = false, groups } = options
  return storage.groupByPropertyName(storage.getTargetValidationMetadatas(target, '', always, strictGroups, groups))
}

/** The properties that have a rule of any group. */
export function ruledProperties(target: AnyClass): readonly string[] {
  return [...new Set(allRules(target).map((rule) => rule.propertyName))]
}

/** Every rule of a class and of its bases, whatever the group. */
export function allRules(target: AnyClass): readonly Rule[] {
  return getMetadataStorage().getTargetValidationMetadatas(target, '', false, false)
}

/** The validators that a rule runs; none for a class without `@ValidatorConstraint`, as class-validator has it. */
export function constraintsOf(rule: Rule): readonly Constraint[] {
  return getMetadataStorage().getTargetValidatorConstraints(rule.constraintCls)
}

/** Whether a rule is of the named type of class-validator. */
export function isOfType(rule: Rule, type: keyof typeof ValidationTypes & Uppercase<string>): boolean {
  return rule.type === (ValidationTypes as unknown as Record<string, string>)[type]
}

/** Whether the options let a missing value pass. */
export type MissingCheck = (value: unknown) => boolean

/** What the `skip…Properties` options do; `undefined` where they are off. */
export function missingCheck(options: ValidatorOptions): MissingCheck | undefined {
  const missing = options.skipMissingProperties === true
  const noUndefined = missing || options.skipUndefinedProperties === true
  const noNull = missing || options.skipNullProperties === true
  if (!noUndefined && !noNull) return undefined
  return (value) => (noUndefined && value === undefined) || (noNull && value === null)
}

/**
 * Whether the validator was written inline, in a decorator: such a class is made by class-validator itself, has no
 * state and no dependencies, so one instance does for all. Others come from the container anew for each value.
 */
export function isInline({ target }: Constraint): boolean {
  return target.name === 'CustomConstraint' && target.toString() === inlineSource()
}

let source: string | undefined

function inlineSource(): string {
  if (source === undefined) {
    class Sample {}
    ValidateBy({ name: 'sample', validator: { validate: () => true } })(Sample.prototype, 'sample')
    source = String(allRules(Sample)[0]?.constraintCls)
  }
  return source
}
