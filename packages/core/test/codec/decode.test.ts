import {
  type Codec,
  cloudEventsBinary,
  cloudEventsStructured,
  createDecoder,
  decode,
  nativeJson,
  shortJson,
} from '@gulo/core'
import { expect } from 'chai'
import { ENVELOPE, inBuffers, present, received, wire } from './support.js'

const CE = { ce_specversion: '1.0', ce_id: '1', ce_source: 's', ce_type: 't' }
const EVENT = { specversion: '1.0', id: '1', source: 's', type: 't' }
const STRUCTURED = { 'content-type': 'application/cloudevents+json' }
const READ = { id: '1', source: 's', type: 't', topic: 'orders' }
const JSON_READ = { ...READ, contentType: 'application/json' }
const NATIVE = { id: '1', type: 't', source: 's', occurred_at: '2026-11-21T10:00:00Z' }

describe('a message that was written here', () => {
  const codecs: Codec[] = [cloudEventsBinary, cloudEventsStructured, nativeJson, shortJson]
  for (const codec of codecs) {
    const expected = { ...ENVELOPE, contentType: 'application/json' }

    it(`by ${codec.name} is read as it was`, () => {
      expect(present(decode(wire(ENVELOPE, codec)))).to.deep.equal(expected)
    })

    it(`by ${codec.name} is read from headers that are bytes`, () => {
      expect(present(decode(inBuffers(wire(ENVELOPE, codec))))).to.deep.equal(expected)
    })

    it(`by ${codec.name} as a tombstone has no payload`, () => {
      const envelope = decode(wire({ ...READ, payload: undefined }, codec))
      expect(present(envelope)).to.deep.equal(READ)
    })

    it(`by ${codec.name} keeps null apart from a tombstone`, () => {
      expect(decode(wire({ ...READ, payload: null }, codec)).payload).to.equal(null)
    })

    it(`by ${codec.name} keeps headers that are named like members of an envelope`, () => {
      const headers = { data: 'a', id: 'b', type: 'c', payload: 'd', specversion: 'e', time: 'f' }
      expect(decode(wire({ ...READ, payload: 1, headers }, codec))).to.deep.include({ ...READ, payload: 1, headers })
    })

    it(`by ${codec.name} with bytes gives those bytes back`, () => {
      const payload = Uint8Array.of(0, 1, 254, 255)
      const { payload: read, contentType } = decode(wire({ ...READ, payload, contentType: 'image/png' }, codec))
      expect([...(read as Uint8Array)]).to.deep.equal([0, 1, 254, 255])
      expect(contentType).to.equal('image/png')
    })
  }

  for (const prefix of ['ce_', 'ce-', 'cloudEvents_', 'cloudEvents:']) {
    it(`under the prefix ${prefix} is read as under any other`, () => {
      expect(decode(wire(ENVELOPE, cloudEventsBinary, prefix))).to.deep.include({
        id: ENVELOPE.id,
        tenantId: 'acme',
        headers: { priority: 'high', 'x-request-id': 'r-1' },
      })
    })
  }
})

describe('a message in CloudEvents binary mode', () => {
  it('without a content type is read as JSON', () => {
    expect(present(decode(received('{"a":1}', CE)))).to.deep.equal({ ...JSON_READ, payload: { a: 1 } })
  })

  it('with a JSON content type of its own keeps its spelling', () => {
    const contentType = 'Application/Vnd.Order+JSON; charset=utf-8'
    const envelope = decode(received('[1]', { ...CE, 'content-type': contentType }))
    expect(envelope).to.deep.include({ payload: [1], contentType })
  })

  it('with text is read as text, with anything else as bytes', () => {
    const read = (contentType: string) => decode(received('é', { ...CE, 'content-type': contentType })).payload
    expect(read('text/csv')).to.equal('é')
    expect(read('application/soap+xml')).to.equal('é')
    expect([...(read('application/avro') as Uint8Array)]).to.deep.equal([0xc3, 0xa9])
  })

  it('with the character for unreadable bytes keeps it, where it was sent', () => {
    expect(decode(received('"a\ufffd"', CE)).payload).to.equal('a\ufffd')
  })

  it('with an empty JSON body has no payload, with empty bytes has those', () => {
    expect(decode(received('', { ...CE, 'content-type': 'application/json' })).payload).to.equal(undefined)
    expect(decode(received('', { ...CE, 'content-type': 'image/png' })).payload).to.have.length(0)
  })

  it('takes the key of the record for its partition key unless it has its own', () => {
    expect(decode(received('1', CE, { key: 'k' })).partitionKey).to.equal('k')
    expect(decode(received('1', { ...CE, ce_partitionkey: 'own' }, { key: 'k' })).partitionKey).to.equal('own')
    expect(decode(received('1', CE, { key: '' })).partitionKey).to.equal(undefined)
  })

  it('skips headers that are null, and reads numbers and the last of a repeated one', () => {
    const headers = {
      ...CE,
      ce_tenantid: null,
      ce_shard: 7,
      gone: undefined,
      twice: [Buffer.from('a'), Buffer.from('b')],
    }
    const envelope = decode(received('1', headers))
    expect(envelope.tenantId).to.equal(undefined)
    expect(envelope.headers).to.deep.equal({ shard: '7', twice: 'b' })
  })

  it('prefers an extension to a plain header of the same name', () => {
    expect(decode(received('1', { ce_tag: 'event', tag: 'hop', ...CE })).headers).to.deep.equal({ tag: 'event' })
    expect(decode(received('1', { tag: 'hop', ce_tag: 'event', ...CE })).headers).to.deep.equal({ tag: 'event' })
  })

  it('is read as such also when it has an id of Debezium', () => {
    expect(decode(received('1', { ...CE, id: 'row' }))).to.deep.include({ id: '1', headers: { id: 'row' } })
  })
})

describe('the trace of a message', () => {
  const hop = '00-11111111111111111111111111111111-1111111111111111-01'
  const creation = '00-22222222222222222222222222222222-2222222222222222-01'

  it('is that of the hop, else that of its creation', () => {
    const both = { ...CE, traceparent: hop, tracestate: 'h=1', ce_traceparent: creation, ce_tracestate: 'c=1' }
    expect(decode(received('1', both))).to.include({ traceparent: hop, tracestate: 'h=1' })
    const { traceparent: _t, ...alone } = both
    expect(decode(received('1', alone))).to.include({ traceparent: creation, tracestate: 'c=1' })
  })

  it('is dropped when malformed, and the message is not', () => {
    expect(decode(received('1', { ...CE, traceparent: 'garbage' })).traceparent).to.equal(undefined)
  })

  it('that is a bare id stays a header, for such an id cannot be a parent', () => {
    expect(decode(received('1', { ...CE, trace_id: 'abc' }))).to.deep.include({ headers: { trace_id: 'abc' } })
    const body = { ...NATIVE, trace_id: 'abc' }
    expect(decode(received(body))).to.deep.include({ traceparent: undefined, headers: { trace_id: 'abc' } })
  })
})

describe('a message in CloudEvents structured mode', () => {
  for (const contentType of [
    'application/cloudevents+json; charset=UTF-8',
    'Application/CloudEvents+JSON',
    'application/cloudevents',
  ]) {
    it(`is recognised by ${contentType}`, () => {
      expect(decode(received(EVENT, { 'content-type': contentType })).id).to.equal('1')
    })
  }

  it('takes null attributes for absent ones and writes numbers and booleans as text', () => {
    const body = { ...EVENT, time: null, subject: null, sequence: 12, sampled: true, tenantid: 5 }
    expect(present(decode(received(body, STRUCTURED)))).to.deep.equal({
      ...READ,
      tenantId: '5',
      headers: { sequence: '12', sampled: 'true' },
    })
  })

  it('takes an empty attribute for an absent one, and keeps an empty extension', () => {
    const { aggregateId, headers } = decode(received({ ...EVENT, subject: '', tag: '' }, STRUCTURED))
    expect({ aggregateId, headers }).to.deep.equal({ aggregateId: undefined, headers: { tag: '' } })
  })

  it('does not parse data that are a text', () => {
    const body = { ...EVENT, data: '{"a":1}' }
    expect(present(decode(received(body, STRUCTURED)))).to.deep.equal({ ...JSON_READ, payload: '{"a":1}' })
  })

  it('keeps null data apart from no data', () => {
    expect(decode(received({ ...EVENT, data: null }, STRUCTURED))).to.have.property('payload', null)
    expect(decode(received(EVENT, STRUCTURED)).payload).to.equal(undefined)
  })

  it('reads bytes from data_base64, and JSON where the content type says so', () => {
    const read = (rest: object) =>
      decode(received({ ...EVENT, data_base64: 'eyJhIjoxfQ==', ...rest }, STRUCTURED)).payload
    expect(Buffer.from(read({}) as Uint8Array).toString()).to.equal('{"a":1}')
    expect(read({ datacontenttype: 'application/json' })).to.deep.equal({ a: 1 })
    expect(read({ datacontenttype: 'text/plain' })).to.equal('{"a":1}')
  })

  it('heeds the event and not headers that repeat its attributes', () => {
    const headers = { ...STRUCTURED, ...CE, ce_id: '2', 'x-hop': 'a' }
    expect(decode(received(EVENT, headers))).to.deep.include({ id: '1', headers: { 'x-hop': 'a' } })
  })

  it('may begin with a byte order mark', () => {
    expect(decode(received(`\ufeff${JSON.stringify(EVENT)}`, STRUCTURED)).id).to.equal('1')
  })
})

describe("a message in the platform's JSON", () => {
  it('is recognised without any header', () => {
    const body = { ...NATIVE, correlation_id: 'c', payload: { a: 1 }, metadata: { partition_key: 'p', tenant_id: 'x' } }
    expect(present(decode(received(body)))).to.deep.equal({
      ...JSON_READ,
      occurredAt: '2026-11-21T10:00:00Z',
      payload: { a: 1 },
      correlationId: 'c',
      partitionKey: 'p',
      tenantId: 'x',
    })
  })

  it('may begin with white space and a byte order mark', () => {
    expect(decode(received(`\ufeff \r\n\t${JSON.stringify(NATIVE)}`)).id).to.equal('1')
  })

  it('takes from headers what its body lacks', () => {
    const headers = { 'correlation-id': 'c', 'causation-id': 'm', 'tenant-id': 'x', 'partition-key': 'p' }
    expect(decode(received({ ...NATIVE, metadata: null }, headers, { key: 'k' }))).to.deep.include({
      correlationId: 'c',
      causationId: 'm',
      tenantId: 'x',
      partitionKey: 'p',
      headers: undefined,
    })
  })

  for (const text of ['2026-11-21T10:00:00.123456', '2026-11-21 10:00:00+0200']) {
    it(`may have the time ${text}`, () => {
      expect(decode(received({ ...NATIVE, occurred_at: text })).occurredAt).to.equal(text)
    })
  }

  it('is read as such also when it has an id of Debezium', () => {
    expect(decode(received({ ...NATIVE, payload: 1 }, { id: 'row' }))).to.include({ id: '1', payload: 1 })
  })
})

describe('a message in the short form', () => {
  it('is recognised without any header, and its topic stands in for its source', () => {
    const body = { id: '1', type: 't', version: 2, ts: 1_795_255_200_000, traceId: 'abc', payload: { a: 1 } }
    expect(present(decode(received(body, {}, { key: 'k' })))).to.deep.equal({
      ...JSON_READ,
      source: 'orders',
      occurredAt: '2026-11-21T10:00:00.000Z',
      payload: { a: 1 },
      partitionKey: 'k',
      dataVersion: '2',
      headers: { trace_id: 'abc' },
    })
  })
})

describe("a message of Debezium's outbox router", () => {
  it('has its id in a header, its type in the topic and its aggregate in the key', () => {
    const message = received('{"orderId":"o-1"}', { id: 'row-1', eventType: null, ce_type: null }, { key: 'o-1' })
    expect(present(decode(message))).to.deep.equal({
      id: 'row-1',
      type: 'orders',
      source: 'orders',
      topic: 'orders',
      payload: { orderId: 'o-1' },
      contentType: 'application/json',
      partitionKey: 'o-1',
      aggregateId: 'o-1',
    })
  })

  it('has its type and other attributes in the headers that its connector places', () => {
    const headers = {
      id: Buffer.from('row-1'),
      eventType: 't',
      ce_tenantid: 'x',
      ce_time: '2026-11-21T10:00:00Z',
      note: 'n',
    }
    expect(decode(received('{}', headers))).to.deep.include({
      type: 't',
      tenantId: 'x',
      occurredAt: '2026-11-21T10:00:00Z',
      headers: { note: 'n' },
    })
    expect(decode(received('{}', { ...headers, ce_type: 'u' })).type).to.equal('u')
  })

  it('may be a tombstone', () => {
    expect(decode(received(null, { id: 'row-1' }))).to.have.property('payload', undefined)
  })
})

describe('a decoder that reads one message after another', () => {
  const CHANGING = [
    'id',
    'source',
    'type',
    'time',
    'subject',
    'partitionkey',
    'correlationid',
    'causationid',
    'tenantid',
  ]

  it('takes nothing of one for the next, also where they have most in common', () => {
    const decoder = createDecoder()
    const attributes: Record<string, string> = Object.fromEntries(CHANGING.map((name) => [`ce_${name}`, `${name}-1`]))
    const first: Record<string, string> = {
      ce_specversion: '1.0',
      'content-type': 'application/json',
      ...attributes,
      ce_time: NATIVE.occurred_at,
    }
    const all = [
      first,
      ...CHANGING.map((name) => ({ ...first, [`ce_${name}`]: change(first[`ce_${name}`] as string) })),
    ]
    for (const headers of [...all, first]) {
      for (const key of [undefined, 'subject-1', 'partitionkey-1']) {
        const message = inBuffers(received('{"a":1}', headers, { key }))
        expect(decoder(message)).to.deep.equal(decode(received('{"a":1}', headers, { key })))
      }
    }
  })

  it('takes bytes that are no UTF-8 for no text that it has seen', () => {
    const decoder = createDecoder()
    const from = (source: Buffer) =>
      decoder(received(null, { ...inBuffers(received(null, CE)).headers, ce_source: source })).source
    expect(from(Buffer.from('\u00c3'))).to.equal('\u00c3')
    expect(from(Buffer.of(0xc3))).to.equal('\ufffd')
  })

  // The last character, as a number counts up, or the first.
  function change(text: string): string {
    return text.endsWith('Z') ? text.replace('2026', '2025') : `${text.slice(0, -1)}2`
  }
})
