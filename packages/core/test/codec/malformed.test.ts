import {
  cloudEventsBinary,
  cloudEventsStructured,
  decode,
  GuloError,
  nativeJson,
  type Readable,
  seededRandom,
  shortJson,
} from '@gulo/core'
import { expect } from 'chai'
import { ENVELOPE, wire } from './support.js'

const random = seededRandom(2026)
const below = (limit: number) => Math.floor(random.next() * limit)
const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T

const SEEDS: readonly Readable[] = [cloudEventsBinary, cloudEventsStructured, nativeJson, shortJson].flatMap(
  (codec) => [
    wire(ENVELOPE, codec),
    wire({ ...ENVELOPE, payload: Uint8Array.of(1, 2, 3), contentType: 'image/png' }, codec),
    wire({ ...ENVELOPE, payload: undefined }, codec),
  ],
)
const NAMES = [
  ...new Set(SEEDS.flatMap((seed) => Object.keys(seed.headers))),
  ...['id', 'eventType', '__proto__', 'constructor', 'toString', 'ce_', 'ce___proto__', 'cloudEvents:id', ''],
]
const VALUES: readonly unknown[] = [
  ...['', '1.0', 'text', '\u0000', 'application/cloudevents+json', 'application/json', 'text/plain', 'image/png'],
  ...[
    'Application/CloudEvents-batch+json',
    '__proto__',
    '\ud800',
    '9'.repeat(400),
    Buffer.from([0xff, 0xfe]),
    Buffer.alloc(0),
  ],
  ...[null, undefined, 0, Number.NaN, true, 5n, {}, [], [[]], [Buffer.from('a')], () => 1, Symbol('s'), new Date(0)],
]
const FRAGMENTS = [
  ...['{', '}', '[', ']', '"', ',', ':', 'null', '1e999', '-', '\\u005f', '\\ud800', '\ufeff', '\u0000', ' '],
  ...[
    '"__proto__":{"polluted":1}',
    '"data":',
    '"data_base64":"*"',
    '"payload":',
    '"metadata":5',
    '"time":[]',
    '"id":{}',
    '"constructor":{"prototype":{"polluted":1}}',
  ],
]

describe('a message that was mangled at random', () => {
  const ROUNDS = 20_000

  it('is read or refused with a GuloError, and changes no prototype', function () {
    this.timeout(30_000)
    let read = 0
    for (let round = 0; round < ROUNDS; round++) {
      const message = mangled()
      try {
        const envelope = decode(message)
        read++
        for (const name of ['id', 'type', 'source', 'topic'] as const)
          expect(envelope[name]).to.be.a('string').and.not.equal('')
        expect(Object.getPrototypeOf(envelope.headers ?? {})).to.equal(Object.prototype)
      } catch (error) {
        if (!GuloError.is(error)) throw error
        // A reader that trips over its own feet is caught too, with the trip as the cause.
        expect(error.cause, error.message).to.satisfy(
          (cause: unknown) => cause === undefined || cause instanceof SyntaxError,
        )
      }
      expect(({} as { polluted?: unknown }).polluted, `round ${round}`).to.equal(undefined)
    }
    expect(read)
      .to.be.greaterThan(ROUNDS / 20)
      .and.lessThan((ROUNDS * 19) / 20)
  })

  it('even beyond what a transport may hand out is refused with a GuloError', () => {
    const strange = [
      undefined,
      null,
      5,
      'text',
      {},
      { headers: null },
      { headers: 5, body: {} },
      { body: [], headers: [] },
    ]
    for (const message of strange) {
      let error: unknown
      try {
        decode(message as never)
      } catch (caught) {
        error = caught
      }
      expect(GuloError.is(error), String(error)).to.equal(true)
    }
  })
})

function mangled(): Readable {
  const seed = pick(SEEDS)
  const headers: Record<string, unknown> = { ...seed.headers }
  let body: Uint8Array | null = seed.body
  for (let step = below(4); step >= 0; step--) {
    const kind = below(5)
    if (kind === 0) delete headers[pick(Object.keys(headers)) ?? '']
    else if (kind === 1) setOwn(headers, pick(NAMES), pick(VALUES))
    else if (kind === 2) body = pick([null, Buffer.alloc(0), spliced(body), spliced(body)])
    else if (kind === 3) body = flipped(body)
    else body = pick(SEEDS).body
  }
  return { topic: 'orders', key: pick([undefined, '', 'k']), body, headers: headers as Readable['headers'] }
}

function setOwn(headers: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true })
}

function spliced(body: Uint8Array | null): Uint8Array {
  const text = Buffer.from(body ?? []).toString('latin1')
  const from = below(text.length + 1)
  return Buffer.from(`${text.slice(0, from)}${pick(FRAGMENTS)}${text.slice(from + below(8))}`)
}

function flipped(body: Uint8Array | null): Uint8Array {
  const bytes = Uint8Array.from(body ?? [0])
  for (let count = below(3); count >= 0; count--) bytes[below(bytes.length)] = below(256)
  return bytes
}
