import { createDecoder, decode, type Envelope, type Readable, type Reader, standardReaders } from '@gulo/core'
import { expect } from 'chai'
import { codeOf, errorOf, received } from './support.js'

const CE = { ce_specversion: '1.0', ce_id: '1', ce_source: 's', ce_type: 't' }
const EVENT = { specversion: '1.0', id: '1', source: 's', type: 't' }
const STRUCTURED = { 'content-type': 'application/cloudevents+json' }
const JSON_HEADERS = { 'content-type': 'application/json' }

type Case = readonly [what: string, message: Readable, found: string]

describe('a message of no known format', () => {
  const unknown: readonly Case[] = [
    ['nothing at all', received(null), 'orders'],
    ['a JSON object of something else', received({ hello: 1 }, JSON_HEADERS), 'orders'],
    ['a JSON list', received([1], JSON_HEADERS), 'orders'],
    ['bytes', received(Uint8Array.of(1, 2, 3)), 'orders'],
    [
      'an envelope under another content type',
      received({ ...EVENT, payload: 1 }, { 'content-type': 'image/png' }),
      'orders',
    ],
  ]
  for (const [what, message, found] of unknown) {
    it(`such as ${what} is unknown`, () => {
      const error = errorOf(() => decode(message))
      expect(error).to.include({ code: 'GULO_ENVELOPE_UNKNOWN', retryable: false })
      expect(error.message).to.include(found)
    })
  }
})

describe('a message whose envelope is broken', () => {
  const { ce_source: _s, ...withoutSource } = CE
  const { ce_specversion: _v, ...withoutVersion } = CE
  const native = { id: '1', type: 't', source: 's', payload: 1 }
  const broken: readonly Case[] = [
    ['a header missing', received('1', withoutSource), 'it lacks source'],
    ['an empty header', received('1', { ...CE, ce_type: '' }), 'it lacks type'],
    ['no version', received('1', withoutVersion), 'it lacks specversion'],
    ['a version of the future', received('1', { ...CE, ce_specversion: '2.0' }), 'specversion is 2.0'],
    ['a time that is none', received('1', { ...CE, ce_time: 'yesterday' }), 'time is "yesterday"'],
    ['an expiry that is none', received('1', { ...CE, ce_expirytime: '12' }), 'expirytime is "12"'],
    ['an id that is null', received({ ...EVENT, id: null }, STRUCTURED), 'id is missing'],
    ['no version in the body', received({ id: '1', source: 's', type: 't' }, STRUCTURED), 'specversion is missing'],
    ['an extension that is an object', received({ ...EVENT, tag: {} }, STRUCTURED), 'tag is an object'],
    ['an attribute that is a list', received({ ...EVENT, subject: ['a'] }, STRUCTURED), 'subject is an array'],
    ['data twice', received({ ...EVENT, data: 1, data_base64: 'AQ==' }, STRUCTURED), 'both data and data_base64'],
    ['a list for a body', received([EVENT], STRUCTURED), 'its body is no JSON object'],
    ['no body', received(null, STRUCTURED), 'its body is no JSON object'],
    ['a batch', received([EVENT], { 'content-type': 'application/cloudevents-batch+json' }), 'not that of one event'],
    ['Avro', received('x', { 'content-type': 'application/cloudevents+avro' }), 'not that of one event'],
    ['a native id that is a number', received({ ...native, id: 1 }), 'id is no text'],
    ['a native type that is empty', received({ ...native, type: '' }), 'type is missing'],
    ['a native tenant that is a list', received({ ...native, metadata: { tenant_id: [] } }), 'tenant id is an array'],
    ['a native time that is none', received({ ...native, occurred_at: 'noon' }), 'occurred_at is "noon"'],
    ['no native source', received({ id: '1', occurred_at: 'x', payload: 1 }), 'it lacks type, source'],
    ['a short time beyond all', received({ id: '1', type: 't', ts: 1e300, payload: 1 }), 'ts is 1e+300'],
    ['a body that is a text', { ...received(null, CE), body: 'text' as never }, 'neither bytes nor null'],
  ]
  for (const [what, message, found] of broken) {
    it(`by ${what} is refused with what is wrong`, () => {
      const error = errorOf(() => decode(message))
      expect(error).to.include({ code: 'GULO_ENVELOPE_INVALID', retryable: false })
      expect(error.message).to.include(found)
    })
  }
})

describe('a message whose body is broken', () => {
  const invalidUtf8 = Buffer.from([0x22, 0xff, 0xfe, 0x22])
  const broken: readonly Case[] = [
    ['malformed JSON data', received('{"a":', { ...CE, ...JSON_HEADERS }), 'The body of t'],
    ['a malformed event', received('{"id":', STRUCTURED), 'a message of orders'],
    ['a malformed native envelope', received('{"id":1,', JSON_HEADERS), 'a message of orders'],
    ['JSON that is not UTF-8', received(invalidUtf8, { ...CE, ...JSON_HEADERS }), 'it is not UTF-8'],
    ['text that is not UTF-8', received(invalidUtf8, { ...CE, 'content-type': 'text/plain' }), 'it is not UTF-8'],
    ['data that are no base64', received({ ...EVENT, data_base64: 'a*b=' }, STRUCTURED), 'not base64'],
    ['base64 that was cut off', received({ ...EVENT, data_base64: 'AQI' }, STRUCTURED), 'not base64'],
    ['base64 that is a number', received({ ...EVENT, data_base64: 5 }, STRUCTURED), 'not base64'],
    ['a prototype key', received('{"__proto__":{"polluted":1}}', CE), 'a key __proto__'],
    ['a prototype key far within', received('[{"a":[{"__proto__":1}]}]', CE), 'a key __proto__'],
    ['a prototype key in escapes', received('{"\\u005f_prot\\u006f__":{}}', CE), 'a key __proto__'],
    [
      'a prototype key in the event',
      received('{"specversion":"1.0","__proto__":{"id":"1"}}', STRUCTURED),
      'a key __proto__',
    ],
  ]
  for (const [what, message, found] of broken) {
    it(`by ${what} is refused with what is wrong`, () => {
      const error = errorOf(() => decode(message))
      expect(error).to.include({ code: 'GULO_BODY_INVALID', retryable: false })
      expect(error.message).to.include(found)
    })
  }

  it('only seemingly by a prototype key in a text is read', () => {
    expect(decode(received('{"note":"__proto__ \\u005f"}', CE)).payload).to.deep.equal({ note: '__proto__ _' })
  })

  it('by nesting of any depth is refused or read, not a crash', () => {
    const text = `${'['.repeat(200_000)}{"__proto__":1}${']'.repeat(200_000)}`
    expect(codeOf(() => decode(received(text, CE)))).to.equal('GULO_BODY_INVALID')
  })
})

describe('a message that is too much', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`h${index}`, 'v']))

  it('in its headers is refused', () => {
    expect(decode(received('1', { ...CE, ...many(252) })).headers).to.have.property('h251')
    expect(errorOf(() => decode(received('1', { ...CE, ...many(253) }))).message).to.include('more than 256 headers')
    expect(codeOf(() => decode(received('1', { ...CE, big: 'x'.repeat(1_048_576) })))).to.equal('GULO_TOO_LARGE')
  })

  it('in its body is refused before it is parsed', () => {
    const decoder = createDecoder({ maxBytes: 10 })
    expect(decoder(received('"12345678"', CE)).payload).to.equal('12345678')
    const error = errorOf(() => decoder(received('{{{{{{{{{{{', CE)))
    expect(error.message).to.include('11 bytes are too many for the body of a message of orders; the limit is 10.')
  })

  it('by limits that are none is refused when the decoder is made', () => {
    expect(codeOf(() => createDecoder({ maxHeaders: -1 }))).to.equal('GULO_CONFIGURATION_INVALID')
  })
})

describe('a header that aims at a prototype', () => {
  it('reaches none', () => {
    const headers = JSON.parse('{"__proto__":"x","ce___proto__":"y","constructor":"z"}')
    const envelope = decode(received('1', { ...CE, ...headers, ['__proto__']: 'x' }))
    expect(Object.getPrototypeOf(envelope.headers)).to.equal(Object.prototype)
    expect(envelope.headers).to.have.property('constructor', 'z')
    expect(Object.prototype).not.to.have.property('polluted')
  })
})

describe('a header that is named like a prototype', () => {
  it('only in part is kept', () => {
    const headers = { x__proto__: 'a', '.__proto__': 'b', __proto__x: 'c' }
    expect(decode(received('1', { ...CE, ...headers })).headers).to.deep.equal(headers)
  })

  it('is dropped, under a prefix too', () => {
    for (const name of ['__proto__', 'ce___proto__']) {
      expect(decode(received('1', { ...CE, [name]: 'x' })).headers, name).to.equal(undefined)
    }
  })
})

describe('a decoder with a reader of its own', () => {
  const foreign: Reader = {
    name: 'foreign',
    recognises: (message) => message.header('x-format') === 'foreign',
    read: ({ topic, body }): Envelope => ({ id: '9', type: 'foreign', source: 'f', topic, payload: body?.length }),
  }

  it('reads a format that the standard readers do not know', () => {
    const decoder = createDecoder({ readers: [foreign, ...standardReaders] })
    expect(decoder(received('abc', { 'x-format': 'foreign' }))).to.include({ id: '9', payload: 3 })
    expect(decoder(received('1', CE)).id).to.equal('1')
  })

  it('asks in the order that it was given', () => {
    const message = received('1', { ...CE, 'x-format': 'foreign' })
    expect(createDecoder({ readers: [...standardReaders, foreign] })(message).id).to.equal('1')
    expect(createDecoder({ readers: [foreign, ...standardReaders] })(message).id).to.equal('9')
  })

  it('names the reader that fails, and keeps its error as the cause', () => {
    const cause = new TypeError('broken')
    const failing: Reader = {
      ...foreign,
      read: () => {
        throw cause
      },
    }
    const error = errorOf(() => createDecoder({ readers: [failing] })(received('1', { 'x-format': 'foreign' })))
    expect(error).to.include({ code: 'GULO_ENVELOPE_INVALID', cause })
    expect(error.message).to.include('The foreign envelope is invalid')
  })
})
