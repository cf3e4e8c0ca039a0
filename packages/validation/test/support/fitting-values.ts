import type { FieldSpec } from './random-class.js'

/** Makes the same value anew at each call, because validation may change it. */
type Leaf = () => unknown

const TEXTS = ['a', 'aa', 'someone@example.com', 'x@mailinator.com'].map((value) => () => value)
const NUMBERS = [1, 1.25, 2, -2, 0].map((value) => () => value)
const DATES = [() => new Date(0), () => new Date(1)]
const LISTS: readonly Leaf[] = [() => [1], () => ['a', 'aa'], () => [1, 1]]

/** Values that meet a rule, or nearly: random values alone would hardly ever make a valid object. */
const FITTING: Readonly<Record<string, readonly Leaf[]>> = {
  IsInt: NUMBERS,
  IsNumber: NUMBERS,
  IsNumberPlaces: NUMBERS,
  IsNumberNaN: [...NUMBERS, () => Number.NaN],
  IsBoolean: [() => true, () => Object(false)],
  IsDate: DATES,
  IsIn: [() => 'a', () => null, () => 1],
  Min: NUMBERS,
  Max: NUMBERS,
  IsPositive: NUMBERS,
  IsNegative: NUMBERS,
  IsDivisibleBy: NUMBERS,
  IsArray: LISTS,
  ArrayNotEmpty: LISTS,
  ArrayMinSize: LISTS,
  ArrayMaxSize: LISTS,
  ArrayUnique: LISTS,
  ArrayContains: LISTS,
  IsObject: [() => ({}), () => ({ a: 1 })],
  IsNotEmptyObject: [() => ({ a: 1 })],
  IsInstance: DATES,
  IsEmpty: [() => '', () => null, () => undefined],
  IsOptional: [() => null, () => undefined, () => 'a'],
  IsUUID: [() => '3f2504e0-4f89-41d3-9a0c-0305e82c3301'],
  IsISO8601: [() => '2024-05-06T07:08:09Z'],
  IsHexColor: [() => '#fff'],
  IsNumberString: [() => '12'],
  MinDate: DATES,
  MaxDate: DATES,
  ValidatePromise: [() => Promise.resolve('a'), () => Promise.resolve(null)],
  CustomAsync: [() => 'a', () => null],
  InlinePromise: [() => 'a', () => null],
}

/** A value that probably fits the first rule of a field; a list or set of such values where a rule says `each`. */
export function fittingValue({ rules }: FieldSpec, draw: number): unknown {
  const candidates = FITTING[rules[0]?.rule ?? ''] ?? TEXTS
  const pick = (number: number) => candidates[number % candidates.length]?.()
  if (!rules.some(({ options }) => options.each)) return pick(draw)
  const items = [pick(draw), pick(draw + 1)].slice(draw % 2)
  return [items, new Set(items), new Map(items.map((item, index) => [index, item]))][draw % 3]
}
