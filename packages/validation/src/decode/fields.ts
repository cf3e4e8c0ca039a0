import { type AnyClass, allRules, constraintsOf, type Rule, ruledProperties } from '../plan/rules.js'
import { type TypeNote, transformedProperties, typeNotes, usesTransformer } from './transformer.js'

/** How one field comes out of wire data. */
export interface Field {
  readonly name: string
  /** `Date`, a class to be made, or `undefined` for a value that is taken as it is. */
  readonly type: AnyClass | undefined
  /** Whether it is a list; `undefined` where nothing says so. */
  readonly list: boolean | undefined
}

/** What decoding knows of a class, read once. */
export interface Shape {
  readonly fields: readonly Field[]
  /** Every name the class knows, also of what cannot be assigned. */
  readonly names: ReadonlySet<string>
  /** Whether the fields are all there is: a class without rules says nothing of what it carries. */
  readonly closed: boolean
  /** Whether class-transformer must make the instances. */
  readonly transformed: boolean
}

/** Reads the fields of a class: decorated ones, and those that a new instance has of its own. */
export function shapeOf(target: AnyClass, sample: object): Shape {
  const notes = typeNotes(target)
  const ruled = ruledProperties(target)
  const names = new Set([...ruled, ...transformedProperties(target), ...Object.keys(sample)])
  const odd = notes.some((note) => typeOfNote(note) === undefined)
  return {
    names,
    fields: [...names].filter((name) => isAssignable(sample, name)).map((name) => fieldOf(target, name, notes)),
    closed: ruled.length > 0,
    transformed: odd || usesTransformer(target),
  }
}

function fieldOf(target: AnyClass, name: string, notes: readonly TypeNote[]): Field {
  const declared = designType(target, name)
  const list = declared === Array ? true : declared === undefined || declared === Object ? undefined : false
  const note = notes.find((each) => each.propertyName === name)
  if (note !== undefined) return { name, type: typeOfNote(note), list }
  if (allRules(target).some((rule) => rule.propertyName === name && isDateRule(rule))) return { name, type: Date, list }
  const known = declared === Date || (typeof declared === 'function' && describesFields(declared))
  return { name, type: known ? (declared as AnyClass) : undefined, list }
}

/** The type of a plain `@Type(() => Date)` or `@Type(() => SomeClass)`; `undefined` for what class-transformer alone can do. */
function typeOfNote({ typeFunction, reflectedType, options }: TypeNote): AnyClass | undefined {
  if (options?.discriminator || typeFunction === undefined || typeFunction.length > 0) return undefined
  if (reflectedType === Map || reflectedType === Set) return undefined
  const type = typeFunction()
  if (type === Date) return Date
  return typeof type === 'function' && !BUILT_IN.has(type) ? type : undefined
}

// class-transformer converts to these in ways of its own.
const BUILT_IN = new Set<unknown>([String, Number, Boolean, BigInt, Symbol, Object, Array, Map, Set, Buffer, Promise])

function isDateRule(rule: Rule): boolean {
  return constraintsOf(rule).some(({ name }) => name === 'isDate' || name === 'minDate' || name === 'maxDate')
}

function describesFields(type: unknown): boolean {
  return !BUILT_IN.has(type) && (ruledProperties(type as AnyClass).length > 0 || typeNotes(type as AnyClass).length > 0)
}

type Reflected = { getMetadata?(key: string, target: object, name: string): unknown }

/** The type that the compiler emitted, where reflect-metadata is loaded. */
function designType(target: AnyClass, name: string): unknown {
  return (Reflect as Reflected).getMetadata?.('design:type', target.prototype as object, name)
}

/** Not a method, not a getter without a setter, and nothing that every object has. */
function isAssignable(sample: object, name: string): boolean {
  if (name === '__proto__' || name === 'constructor') return false
  for (let each: object | null = sample; each !== null; each = Object.getPrototypeOf(each)) {
    const found = Object.getOwnPropertyDescriptor(each, name)
    if (found)
      return (
        each === sample || found.set !== undefined || (found.get === undefined && typeof found.value !== 'function')
      )
  }
  return true
}
