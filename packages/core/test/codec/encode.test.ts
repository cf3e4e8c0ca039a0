import { cloudEventsBinary, cloudEventsStructured, createCodec, type Envelope, nativeJson, shortJson } from '@gulo/core'
import { expect } from 'chai'
import { bodyText, codeOf, ENVELOPE, errorOf } from './support.js'

const TRACE = {
  traceparent: ENVELOPE.traceparent,
  tracestate: 'vendor=1',
  trace_id: '0af7651916cd43dd8448eb211c80319c',
}
const ALL = [cloudEventsBinary, cloudEventsStructured, nativeJson, shortJson]
const BARE: Envelope = { id: '1', type: 't', source: 's', topic: 'orders', payload: {} }

describe('an envelope written in CloudEvents binary mode', () => {
  it('has each attribute in a header and the data alone in the body', () => {
    const { body, headers } = cloudEventsBinary.encode(ENVELOPE)
    expect(bodyText(body)).to.equal('{"orderId":"o-1","total":12.5}')
    expect(headers).to.deep.equal({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: ENVELOPE.id,
      ce_source: 'ordering',
      ce_type: 'ordering.order.placed.v1',
      ce_time: '2026-11-21T10:00:00.123456789+02:00',
      ce_subject: 'o-1',
      ce_dataschema: 'https://schemas.example/order-placed/1',
      ce_partitionkey: 'o-1',
      ce_correlationid: 'c-1',
      ce_causationid: 'm-0',
      ce_tenantid: 'acme',
      ce_traceparent: ENVELOPE.traceparent,
      ce_tracestate: 'vendor=1',
      ce_dataversion: '1.0',
      ce_expirytime: '2026-11-22T10:00:00Z',
      ce_priority: 'high',
      'x-request-id': 'r-1',
      ...TRACE,
    })
  })

  it('prefixes attributes and extensions as the broker wants it', () => {
    const { headers } = cloudEventsBinary.encode(ENVELOPE, { prefix: 'cloudEvents_' })
    expect(headers).to.include({ cloudEvents_id: ENVELOPE.id, cloudEvents_priority: 'high', 'x-request-id': 'r-1' })
    expect(Object.keys(headers).filter((name) => name.startsWith('ce_'))).to.deep.equal([])
  })

  it('has no header for what is absent or empty', () => {
    const { headers } = cloudEventsBinary.encode({ ...BARE, tenantId: '', correlationId: undefined })
    expect(headers).to.deep.equal({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: '1',
      ce_source: 's',
      ce_type: 't',
    })
  })

  it('has no body and no content type when it is a tombstone', () => {
    const { body, headers } = cloudEventsBinary.encode({ ...BARE, payload: undefined })
    expect(body).to.equal(null)
    expect(headers).not.to.have.property('content-type')
  })

  it('has bytes in the body as they are', () => {
    const payload = Uint8Array.of(0, 255, 10)
    const { body, headers } = cloudEventsBinary.encode({ ...BARE, payload, contentType: 'image/png' })
    expect(body).to.equal(payload)
    expect(headers['content-type']).to.equal('image/png')
  })

  it('has a text of another content type in the body without quotes', () => {
    const { body } = cloudEventsBinary.encode({ ...BARE, payload: 'grüezi', contentType: 'text/plain' })
    expect(bodyText(body)).to.equal('grüezi')
  })

  it('has a header that is named like an attribute beside the attribute', () => {
    const { headers } = cloudEventsBinary.encode({ ...BARE, headers: { id: 'mine', time: 'noon' } })
    expect(headers).to.include({ ce_id: '1', id: 'mine', time: 'noon' }).and.not.have.property('ce_time')
  })

  it('keeps a bare trace id only when it has no traceparent', () => {
    const headers = { trace_id: 'feed' }
    expect(cloudEventsBinary.encode({ ...BARE, headers }).headers['trace_id']).to.equal('feed')
    expect(cloudEventsBinary.encode({ ...ENVELOPE, headers }).headers['trace_id']).to.equal(TRACE.trace_id)
  })
})

describe('an envelope written in CloudEvents structured mode', () => {
  it('is one JSON event, with plain headers only where no attribute can be', () => {
    const { body, headers } = cloudEventsStructured.encode(ENVELOPE)
    expect(JSON.parse(bodyText(body))).to.deep.equal({
      specversion: '1.0',
      id: ENVELOPE.id,
      source: 'ordering',
      type: 'ordering.order.placed.v1',
      time: '2026-11-21T10:00:00.123456789+02:00',
      subject: 'o-1',
      dataschema: 'https://schemas.example/order-placed/1',
      partitionkey: 'o-1',
      correlationid: 'c-1',
      causationid: 'm-0',
      tenantid: 'acme',
      traceparent: ENVELOPE.traceparent,
      tracestate: 'vendor=1',
      dataversion: '1.0',
      expirytime: '2026-11-22T10:00:00Z',
      priority: 'high',
      datacontenttype: 'application/json',
      data: { orderId: 'o-1', total: 12.5 },
    })
    expect(headers).to.deep.equal({
      'content-type': 'application/cloudevents+json; charset=UTF-8',
      'x-request-id': 'r-1',
      ...TRACE,
    })
  })

  const data: [string, Partial<Envelope>, object][] = [
    ['null as null', { payload: null }, { datacontenttype: 'application/json', data: null }],
    ['a text as a text', { payload: '{"a":1}' }, { datacontenttype: 'application/json', data: '{"a":1}' }],
    ['a tombstone as no data', { payload: undefined }, {}],
    [
      'bytes in base64',
      { payload: Uint8Array.of(1, 2, 255), contentType: 'image/png' },
      { datacontenttype: 'image/png', data_base64: 'AQL/' },
    ],
    [
      'bytes without a content type as octets',
      { payload: new Uint8Array() },
      { datacontenttype: 'application/octet-stream', data_base64: '' },
    ],
    [
      'text of another content type as a text',
      { payload: '<a/>', contentType: 'application/xml' },
      { datacontenttype: 'application/xml', data: '<a/>' },
    ],
  ]
  for (const [what, envelope, expected] of data) {
    it(`has ${what}`, () => {
      const { body } = cloudEventsStructured.encode({ ...BARE, ...envelope })
      const { specversion: _v, id: _i, source: _s, type: _t, ...rest } = JSON.parse(bodyText(body))
      expect(rest).to.deep.equal(expected)
    })
  }
})

describe("an envelope written in the platform's JSON", () => {
  const { body, headers } = nativeJson.encode(ENVELOPE)

  it('has the members of the platform', () => {
    expect(JSON.parse(bodyText(body))).to.deep.equal({
      id: ENVELOPE.id,
      type: 'ordering.order.placed.v1',
      occurred_at: '2026-11-21T10:00:00.123456789+02:00',
      source: 'ordering',
      correlation_id: 'c-1',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      payload: { orderId: 'o-1', total: 12.5 },
      metadata: { partition_key: 'o-1', tenant_id: 'acme' },
    })
  })

  it('has plain headers and none that a reader of CloudEvents would heed', () => {
    expect(headers).to.deep.equal({
      'content-type': 'application/json',
      'message-id': ENVELOPE.id,
      'message-type': 'ordering.order.placed.v1',
      source: 'ordering',
      'correlation-id': 'c-1',
      'causation-id': 'm-0',
      'tenant-id': 'acme',
      'partition-key': 'o-1',
      'aggregate-id': 'o-1',
      'data-version': '1.0',
      'data-schema': 'https://schemas.example/order-placed/1',
      'deliver-by': '2026-11-22T10:00:00Z',
      priority: 'high',
      'x-request-id': 'r-1',
      ...TRACE,
    })
  })

  it('marks bytes as base64', () => {
    const message = nativeJson.encode({ ...BARE, payload: Uint8Array.of(1, 2, 255), contentType: 'image/png' })
    expect(JSON.parse(bodyText(message.body))).to.deep.include({
      payload: 'AQL/',
      metadata: { content_type: 'image/png', payload_encoding: 'base64' },
    })
  })
})

describe('an envelope written in the short form', () => {
  it('has id, type, version, ts, traceId and payload', () => {
    const { body, headers } = shortJson.encode(ENVELOPE)
    expect(JSON.parse(bodyText(body))).to.deep.equal({
      id: ENVELOPE.id,
      type: 'ordering.order.placed.v1',
      version: '1.0',
      ts: '2026-11-21T10:00:00.123456789+02:00',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      payload: { orderId: 'o-1', total: 12.5 },
    })
    expect(headers).to.include({ source: 'ordering', 'tenant-id': 'acme', 'correlation-id': 'c-1' })
  })
})

describe('an envelope that cannot be written', () => {
  const faulty: [string, Partial<Envelope> | null, string][] = [
    ['without an id', { id: '' }, 'id is missing'],
    ['without a source', { source: undefined as never }, 'source is missing'],
    ['without a type', { type: '' }, 'type is missing'],
    ['with a number for its tenant', { tenantId: 7 as never }, 'is a number, not a text'],
    ['with a line break in its correlation', { correlationId: 'a\r\nce_id: 2' }, 'has a control character'],
    ['with a C1 control character in its key', { partitionKey: 'a\u0085b' }, 'has a control character'],
    ['with half a surrogate pair in its tenant', { tenantId: '\ud83d' }, 'half a surrogate pair'],
    ['with a control character in a header', { headers: { note: 'a\0b' } }, 'note has a control character'],
    ['with a control character in the name of a header', { headers: { 'a\nb': '1' } }, 'the name of a header has'],
    ['with a header of the protocol', { headers: { 'Content-Type': 'text/plain' } }, 'headers has "Content-Type"'],
    ['with a header under the prefix of CloudEvents', { headers: { ce_id: '2' } }, 'headers has "ce_id"'],
    ['with a header under a prefix of AMQP', { headers: { 'cloudEvents:id': '2' } }, 'headers has "cloudEvents:id"'],
    ['with a header without a name', { headers: { '': '2' } }, 'headers has ""'],
    [
      'with the content type of an event for its data',
      { contentType: 'Application/CloudEvents+json' },
      'a whole event',
    ],
    ['that is null', null, 'it is null'],
  ]
  for (const codec of ALL) {
    for (const [what, change, found] of faulty) {
      it(`${what} is refused by ${codec.name}`, () => {
        const error = errorOf(() => codec.encode(change === null ? (null as never) : { ...ENVELOPE, ...change }))
        expect(error).to.include({ code: 'GULO_ENVELOPE_INVALID', retryable: false })
        expect(error.message).to.include(`The ${codec.name} envelope is invalid`).and.include(found)
      })
    }
  }

  it('because a header is one of the platform is refused by the platform formats alone', () => {
    const envelope = { ...BARE, headers: { 'tenant-id': 'x' } }
    for (const codec of [nativeJson, shortJson])
      expect(codeOf(() => codec.encode(envelope))).to.equal('GULO_ENVELOPE_INVALID')
    for (const codec of [cloudEventsBinary, cloudEventsStructured]) {
      expect(codec.encode(envelope).headers).to.include({ 'tenant-id': 'x' })
    }
  })
})

describe('a codec with limits', () => {
  it('refuses a body above them and says how large it is', () => {
    const small = createCodec('cloudevents-binary', { maxBytes: 10 })
    expect(small.encode({ ...BARE, payload: '12345678' }).body).to.have.length(10)
    const error = errorOf(() => small.encode({ ...BARE, payload: '123456789' }))
    expect(error.message).to.include('11 bytes are too many for the body of t; the limit is 10.')
    expect(error.code).to.equal('GULO_TOO_LARGE')
  })

  it('refuses headers above them, counted in bytes of UTF-8', () => {
    const small = createCodec('cloudevents-binary', { maxHeaderBytes: 200 })
    const plain = small.encode({ ...BARE, headers: { n: 'x'.repeat(90) } })
    expect(plain.headers['ce_n']).to.have.length(90)
    expect(codeOf(() => small.encode({ ...BARE, headers: { n: '€'.repeat(50) } }))).to.equal('GULO_TOO_LARGE')
  })

  it('refuses a body of a megabyte and headers of 33 kB by default', () => {
    for (const codec of ALL) {
      expect(codeOf(() => codec.encode({ ...BARE, payload: 'x'.repeat(1_000_000) }))).to.equal('GULO_TOO_LARGE')
      expect(codeOf(() => codec.encode({ ...BARE, headers: { 'x-a': 'x'.repeat(33_000) } }))).to.equal('GULO_TOO_LARGE')
    }
  })

  it('that are no whole numbers above 0 is refused when made', () => {
    const error = errorOf(() => createCodec('native-json', { maxBytes: 0, maxHeaderBytes: Number.NaN }))
    expect(error.code).to.equal('GULO_CONFIGURATION_INVALID')
    expect(error.message).to.include('maxBytes is 0').and.include('maxHeaderBytes is NaN')
    expect(codeOf(() => createCodec('yaml' as never))).to.equal('GULO_CONFIGURATION_INVALID')
  })
})
