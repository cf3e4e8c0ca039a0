import { cloudEventsBinary, cloudEventsStructured, nativeJson, shortJson } from '@gulo/core'
import { expect } from 'chai'
import { bodyText, ENVELOPE, errorOf } from './support.js'

const ALL = [cloudEventsBinary, cloudEventsStructured, nativeJson, shortJson]

class Money {
  constructor(readonly cents: number) {}
  toJSON() {
    return { amount: this.cents / 100 }
  }
}

function cycle(): object {
  const one: Record<string, unknown> = {}
  one['self'] = one
  return one
}

function deep(): unknown {
  let value: unknown = {}
  for (let depth = 0; depth < 100_000; depth++) value = [value]
  return value
}

describe('a payload that JSON cannot hold', () => {
  const faulty: [string, () => unknown, string][] = [
    ['a cycle', cycle, 'Converting circular structure to JSON.'],
    ['a BigInt', () => ({ n: 1n }), 'BigInt'],
    ['a function', () => () => 1, 'has no JSON form'],
    ['a symbol', () => Symbol('s'), 'has no JSON form'],
    ['NaN', () => Number.NaN, 'it is NaN'],
    ['infinity in a field', () => ({ lines: [{ price: 1 }, { price: -Infinity }] }), 'it.lines[1].price is -Infinity'],
    ['NaN beside a null that is meant', () => ({ a: null, b: Number.NaN }), 'it.b is NaN'],
    ['NaN behind toJSON', () => ({ price: new Money(Number.NaN) }), 'it.price.amount is NaN'],
    ['a boxed NaN', () => ({ price: Object(Number.NaN) }), 'it.price is NaN'],
    ['an invalid Date', () => ({ at: new Date('noon') }), 'it.at is an invalid Date'],
    ['a function in a list', () => [1, () => 1], 'it[1] is a function'],
    ['a symbol in a list', () => [Symbol('s')], 'it[0] is a symbol'],
    ['a Map', () => new Map([[1, 2]]), 'it is an instance of Map'],
    ['a promise', () => Promise.resolve(1), 'it is an instance of Promise'],
    [
      'a toJSON that throws',
      () => ({
        toJSON: () => {
          throw new Error('no luck')
        },
      }),
      'no luck',
    ],
    ['nesting beyond the stack', deep, 'Maximum call stack'],
  ]
  for (const [what, make, reason] of faulty) {
    it(`such as ${what} is refused`, () => {
      for (const codec of ALL) {
        const error = errorOf(() => codec.encode({ ...ENVELOPE, payload: make() }))
        expect(error.code).to.equal('GULO_NOT_SERIALIZABLE')
        expect(error.message).to.include('The payload of ordering.order.placed.v1').and.include(reason)
      }
    })
  }

  it('because its content type is not JSON is refused', () => {
    for (const codec of ALL) {
      const error = errorOf(() => codec.encode({ ...ENVELOPE, contentType: 'application/avro' }))
      expect(error.message).to.include('a plain object, and its content type application/avro is not JSON')
    }
  })
})

describe('a payload that JSON can hold', () => {
  const sound: [string, unknown, string][] = [
    ['a null', null, 'null'],
    ['false', false, 'false'],
    ['0', 0, '0'],
    ['an empty text', '', '""'],
    ['a Date', { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    [
      'nulls that are meant',
      { a: null, b: [null, 1], c: 'null', d: { e: null } },
      '{"a":null,"b":[null,1],"c":"null","d":{"e":null}}',
    ],
    ['undefined members', { a: undefined, b: null }, '{"b":null}'],
    [
      'toJSON that answers itself',
      {
        x: null,
        y: {
          toJSON() {
            return this
          },
          z: null,
        },
      },
      '{"x":null,"y":{"z":null}}',
    ],
    ['an event without fields', new (class Empty {})(), '{}'],
    ['separators that break scripts', 'a\u2028b', '"a\u2028b"'],
    ['half a surrogate pair', '\ud83d', '"\\ud83d"'],
  ]
  for (const [what, payload, text] of sound) {
    it(`such as ${what} is written once and as it is`, () => {
      expect(bodyText(cloudEventsBinary.encode({ ...ENVELOPE, payload }).body)).to.equal(text)
      const event: string = bodyText(cloudEventsStructured.encode({ ...ENVELOPE, payload }).body)
      expect(event.endsWith(`,"data":${text}}`)).to.equal(true)
      expect(bodyText(nativeJson.encode({ ...ENVELOPE, payload }).body)).to.include(`,"payload":${text},"metadata":`)
      expect(bodyText(shortJson.encode({ ...ENVELOPE, payload }).body)).to.include(`,"payload":${text}}`)
    })
  }

  it('is asked for its JSON form once', () => {
    let asked = 0
    const payload = { toJSON: () => ++asked }
    for (const codec of ALL) codec.encode({ ...ENVELOPE, payload })
    expect(asked).to.equal(ALL.length)
  })
})
