import fc from 'fast-check'

/** Makes the same value anew at each call, because validation may change it. */
export type Make = (classes: Classes) => unknown

type Classes = readonly (new () => Record<string, unknown>)[]

const LEAVES: readonly Make[] = [
  ...[undefined, null, true, false, 0, -1, 1, 1.25, 2, 4, Number.NaN, Number.POSITIVE_INFINITY, 10n],
  ...['', 'a', 'aa', 'aaaa', '1', 'someone@example.com', 'x@mailinator.com', 'a@b', '2024-05-06T07:08:09Z', '#fff'],
  '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
].map((value) => () => value)

const OBJECTS: readonly Make[] = [
  () => new Date(0),
  () => new Date(1),
  () => new Date(Number.NaN),
  () => [],
  () => [1],
  () => [1, 1],
  () => ['a', 'aa'],
  () => [undefined],
  () => [, 'a'],
  () => ({}),
  () => ({ a: 1 }),
  () => new Map<unknown, unknown>([['k', 'a']]),
  () => new Map<unknown, unknown>([[null, {}]]),
  () => new Set(['a', 'aa']),
  () => Object.create(null),
  () => Object('a'),
  () => Object(false),
  () => Symbol('s'),
  () => () => 1,
  () => Promise.resolve('a'),
  () => Promise.resolve(null),
]

const junk = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...LEAVES) }, { weight: 1, arbitrary: fc.constantFrom(...OBJECTS) })

/** Values for a field: mostly plain ones, at times objects of one of the classes, or collections of them. */
const { value } = fc.letrec<{ value: Make; instance: Make }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: junk },
    { weight: 2, arbitrary: tie('instance') },
    { weight: 1, arbitrary: fc.array(tie('instance'), { maxLength: 3 }).map((all): Make => (classes: Classes) => all.map((make) => make(classes))) },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }).map((all): Make => (classes: Classes) => all.map((make) => make(classes))) },
    { weight: 1, arbitrary: tie('value').map((make): Make => (classes: Classes) => new Set([make(classes)])) },
    { weight: 1, arbitrary: tie('value').map((make): Make => (classes: Classes) => new Map([['key', make(classes)]])) },
  ),
  instance: instanceOf(tie('value')),
}))

/** An object to validate: an instance of the first class, or something that only looks like one. */
export const subject: fc.Arbitrary<Make> = fc.oneof(
  { weight: 12, arbitrary: instanceOf(value, 0) },
  { weight: 1, arbitrary: fc.constantFrom<Make>(() => ({}), () => Object.create(null), () => ({ constructor: null }), () => []) },
  { weight: 1, arbitrary: instanceOf(value, 0).map((make): Make => (classes: Classes) => Object.assign(make(classes) as object, { constructor: classes[1] })) },
)

function instanceOf(values: fc.Arbitrary<Make>, only?: number): fc.Arbitrary<Make> {
  const which = only === undefined ? fc.nat({ max: 1 }) : fc.constant(only)
  const names = fc.constantFrom('a', 'b', 'c', 'd', '0', 'length', 'extra', 'toString')
  return fc.tuple(which, fc.array(fc.tuple(names, values), { maxLength: 6 })).map(([index, fields]): Make => (classes) => {
    const made = new (classes[index] as new () => Record<string, unknown>)()
    for (const [name, make] of fields) {
      Object.defineProperty(made, name, { value: make(classes), enumerable: true, configurable: true, writable: true })
    }
    return made
  })
}
