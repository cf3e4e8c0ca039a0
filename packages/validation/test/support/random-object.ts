import fc from 'fast-check'
import { fittingValue } from './fitting-values.js'
import type { ClassSpec, FieldSpec } from './random-class.js'

/** The classes of one case, and what they were made of. */
export interface Scene {
  readonly classes: readonly (new () => Record<string, unknown>)[]
  readonly specs: readonly ClassSpec[]
}

/** Makes the same value anew at each call, because validation may change it. */
export type Make = (scene: Scene, field?: FieldSpec) => unknown

const JUNK: readonly Make[] = [
  ...[undefined, null, true, 0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, 10n, '', 'aaaa', 'a@b'].map(
    (value) => () => value,
  ),
  () => new Date(Number.NaN),
  () => [],
  () => [undefined],
  () => Object.assign(new Array(2), { 1: 'a' }),
  () => ({}),
  () => new Map<unknown, unknown>([['k', 'a']]),
  () => new Map<unknown, unknown>([[null, {}]]),
  () => new Set(['a']),
  () => Object.create(null),
  () => Symbol('s'),
  () => () => 1,
  () => Promise.resolve('a'),
]

const fit = fc.nat({ max: 11 }).map(
  (draw): Make =>
    (_, field) =>
      field ? fittingValue(field, draw) : draw,
)

/** Values for a field: mostly fitting ones, at times objects of one of the classes, or collections of them. */
const { value } = fc.letrec<{ value: Make; instance: Make }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 20, arbitrary: fit },
    { weight: 3, arbitrary: fc.constantFrom(...JUNK) },
    { weight: 2, arbitrary: tie('instance') },
    { weight: 1, arbitrary: fc.array(tie('instance'), { maxLength: 2 }).map(listOf) },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 2 }).map(listOf) },
    {
      weight: 1,
      arbitrary: tie('value').map(
        (make): Make =>
          (...given) =>
            new Set([make(...given)]),
      ),
    },
    {
      weight: 1,
      arbitrary: tie('value').map(
        (make): Make =>
          (...given) =>
            new Map([['key', make(...given)]]),
      ),
    },
  ),
  instance: instanceOf(tie('value'), fc.nat({ max: 1 })),
}))

const strange: readonly Make[] = [() => ({}), () => Object.create(null), () => ({ constructor: null }), () => []]

/** An object to validate: an instance of the first class, or something that only looks like one. */
export const subject: fc.Arbitrary<Make> = fc.oneof(
  { weight: 18, arbitrary: instanceOf(value, fc.constant(0)) },
  { weight: 1, arbitrary: fc.constantFrom(...strange) },
  { weight: 1, arbitrary: instanceOf(value, fc.constant(0)).map(disguised) },
)

function listOf(makes: readonly Make[]): Make {
  return (...given) => makes.map((make) => make(...given))
}

function disguised(make: Make): Make {
  return (scene) => Object.assign(make(scene) as object, { constructor: scene.classes[1] })
}

function instanceOf(values: fc.Arbitrary<Make>, which: fc.Arbitrary<number>): fc.Arbitrary<Make> {
  const extras = fc.array(fc.constantFrom('extra', 'toString', 'constructor'), { maxLength: 1 })
  return fc
    .tuple(
      which,
      fc.array(values, { minLength: 4, maxLength: 8 }),
      fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: extras }),
    )
    .map(
      ([index, makes, extra]): Make =>
        (scene) => {
          const made = new (scene.classes[index] as new () => Record<string, unknown>)()
          const define = (name: string, given: unknown) =>
            Object.defineProperty(made, name, { value: given, enumerable: true, configurable: true, writable: true })
          fieldsOf(scene.specs[index]).forEach((field, at) => {
            const make = makes[at]
            if (make && field.getter === 'no') define(field.name, make(scene, field))
          })
          for (const name of extra) define(name, 1)
          return made
        },
    )
}

function fieldsOf(spec: ClassSpec | undefined): readonly FieldSpec[] {
  return spec ? [...fieldsOf(spec.base), ...spec.fields] : []
}
