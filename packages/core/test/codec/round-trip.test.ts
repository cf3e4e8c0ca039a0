import {
  cloudEventsBinary,
  cloudEventsStructured,
  createDecoder,
  decode,
  type Envelope,
  nativeJson,
  shortJson,
} from '@gulo/core'
import { expect } from 'chai'
import fc from 'fast-check'
import { inBuffers, present, wire } from './support.js'

const FORBIDDEN = /[\p{Cc}\p{Surrogate}]/u
// What a codec needs for itself; each is refused with a reason, which the tests of encoding show.
const TAKEN = new Set(
  [
    'content-type',
    'traceparent',
    'tracestate',
    'trace_id',
    'message-id',
    'message-type',
    'correlation-id',
    '__proto__',
  ].concat(
    'causation-id',
    'tenant-id',
    'partition-key',
    'source',
    'aggregate-id',
    'data-version',
    'data-schema',
    'deliver-by',
  ),
)

const text = fc
  .oneof(fc.string({ minLength: 1, maxLength: 40 }), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }))
  .filter((value) => !FORBIDDEN.test(value))
const maybe = fc.option(text, { nil: undefined })
const headerName = fc
  .oneof(fc.stringMatching(/^[a-z0-9]{1,20}$/), fc.stringMatching(/^[A-Za-z0-9_.-]{1,30}$/), text)
  .filter((name) => !TAKEN.has(name.toLowerCase()) && !/^(ce[_-]|cloudEvents[_:])/.test(name))
const headers = fc
  .dictionary(headerName, fc.oneof(text, fc.constant('')), { maxKeys: 20, noNullPrototype: true })
  .map((some) => (Object.keys(some).length > 0 ? some : undefined))
const time = fc
  .date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .chain((date) => fc.constantFrom(date.toISOString(), date.toISOString().replace('Z', '123456+05:30')))
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))
const traceparent = fc.tuple(hex(32), hex(16)).map(([trace, span]) => `00-${trace}-${span}-01`)

// Through JSON, which has one zero only; a key that readers refuse is left out.
const jsonValue = fc
  .json()
  .filter((json) => !json.includes('__proto__'))
  .map((json): unknown => JSON.parse(json))

type Data = Pick<Envelope, 'payload' | 'contentType'>
const data: fc.Arbitrary<Data> = fc.oneof(
  jsonValue.map((payload): Data => ({ payload, contentType: 'application/json' })),
  fc.record({ payload: fc.uint8Array(), contentType: fc.constantFrom('application/octet-stream', 'image/png') }),
  fc.record({ payload: text, contentType: fc.constantFrom('text/plain', 'application/xml; charset=utf-8') }),
  fc.constant<Data>({ payload: undefined }),
)

const envelopes: fc.Arbitrary<Envelope> = fc
  .record({
    id: text,
    type: text,
    source: text,
    topic: fc.constant('orders'),
    occurredAt: fc.option(time, { nil: undefined }),
    deliverBy: fc.option(time, { nil: undefined }),
    partitionKey: maybe,
    aggregateId: maybe,
    correlationId: maybe,
    causationId: maybe,
    tenantId: maybe,
    traceparent: fc.option(traceparent, { nil: undefined }),
    tracestate: maybe,
    dataVersion: maybe,
    dataSchema: maybe,
    headers,
  })
  .chain((envelope) => data.map((some) => ({ ...envelope, ...some })))

describe('any envelope', () => {
  // It has read all the others before.
  const decoder = createDecoder()

  for (const codec of [cloudEventsBinary, cloudEventsStructured, nativeJson, shortJson]) {
    it(`survives ${codec.name}, with headers as text and as bytes`, () => {
      fc.assert(
        fc.property(envelopes, (envelope) => {
          const message = wire(envelope, codec)
          expect(comparable(decode(message))).to.deep.equal(comparable(envelope))
          expect(comparable(decode(inBuffers(message)))).to.deep.equal(comparable(envelope))
          expect(comparable(decoder(inBuffers(message)))).to.deep.equal(comparable(envelope))
        }),
        { numRuns: 300 },
      )
    })

    it(`has no header of CloudEvents in ${codec.name} unless that is CloudEvents in binary mode`, () => {
      fc.assert(
        fc.property(envelopes, (envelope) => {
          const names = Object.keys(codec.encode(envelope).headers).filter((name) => name.startsWith('ce_'))
          expect(names.length > 0).to.equal(codec === cloudEventsBinary)
        }),
        { numRuns: 50 },
      )
    })
  }

  it('means the same in every format', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        const [first, ...others] = [cloudEventsBinary, cloudEventsStructured, nativeJson, shortJson].map((codec) =>
          comparable(decode(wire(envelope, codec))),
        )
        for (const other of others) expect(other).to.deep.equal(first)
      }),
      { numRuns: 100 },
    )
  })
})

function comparable(envelope: Envelope): object {
  const { payload } = envelope
  return { ...present(envelope), ...(payload instanceof Uint8Array && { payload: [...payload] }) }
}
