import {
  EventPublisher,
  type GuloError,
  handler,
  type MemoryStore,
  memoryStore,
  memoryTransport,
  result,
  type Service,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { expectFault, keepingLogger, OrderPlacedV1, Place, Stage } from './stage.js'

const place = handler(Place, ({ orderId, data }) => result(orderId, OrderPlacedV1.of({ orderId, data })))
const cyclic: { self?: unknown } = {}
cyclic.self = [cyclic]
const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown

const refused: [string, unknown, RegExp][] = [
  ['a BigInt', 1n, /BigInt/],
  ['a BigInt far within', { a: [{ b: 1n }] }, /BigInt/],
  ['NaN', Number.NaN, /it\.data is NaN/],
  ['Infinity', [1, Number.POSITIVE_INFINITY], /it\.data\[1\] is Infinity/],
  ['an invalid date', new Date(Number.NaN), /it\.data is an invalid Date/],
  ['a cycle', cyclic, /circular/],
  ['a cycle through a list', { list: [cyclic] }, /circular/],
  ['100,000 levels', deep, /stack/],
  ['a function in a list', [() => 1], /it\.data\[0\] is a function/],
  ['a symbol in a list', [Symbol('x')], /it\.data\[0\] is a symbol/],
  ['a Map', new Map([['a', 1]]), /it\.data is an instance of Map/],
  ['a Set far within', { a: [new Set([1])] }, /it\.data\.a\[0\] is an instance of Set/],
  ['a promise', Promise.resolve(1), /it\.data is an instance of Promise/],
  ['an error', new Error('x'), /it\.data is an instance of Error/],
  ['a regular expression', /x/, /it\.data is an instance of RegExp/],
  ['bytes', new Uint8Array(3), /it\.data is an instance of Uint8Array/],
  ['numbers in a typed array', { a: new Float64Array(2) }, /it\.data\.a is an instance of Float64Array/],
  ['a buffer of bytes', new ArrayBuffer(3), /it\.data is an instance of ArrayBuffer/],
  ['a key __proto__', JSON.parse('{"__proto__":{"admin":true}}'), /it\.data has a key __proto__/],
  ['a key __proto__ far within', JSON.parse('[{"a":[{"__proto__":1}]}]'), /it\.data\[0\]\.a\[0\] has a key __proto__/],
  [
    'a getter that throws',
    {
      get a() {
        throw new Error('no such luck')
      },
    },
    /no such luck/,
  ],
]

const carried: [string, unknown, unknown][] = [
  ['a date as ISO 8601', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['nothing as a missing field', undefined, undefined],
  ['a function as a missing field', () => 1, undefined],
  ['a symbol as a missing field', Symbol('x'), undefined],
  ['null', null, null],
  ['an empty object', {}, {}],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ['a key constructor', { constructor: { prototype: 1 } }, { constructor: { prototype: 1 } }],
  ['a text that looks like one', '{"__proto__":1}', '{"__proto__":1}'],
  ['numbers for keys', { 0: 'a', 1: 'b' }, { 0: 'a', 1: 'b' }],
  ['what toJSON answers', new URL('http://x/'), 'http://x/'],
]

describe('the payload of an event from a handler to a handler of another service', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  for (const [what, data, text] of refused) {
    it(`is refused with ${what}: published directly, with what was unsent`, async () => {
      const service = await stage.start({ handlers: [place] })
      const error = await failure(service.mediator.send(Place.of({ orderId: '1', data })))
      expectFault(error, 'GULO_PUBLISH_FAILED', text)
      expect(error).to.have.property('retryable', false)
      expect((error as GuloError).details['unsent']).to.have.length(1)
      expect((error as GuloError).details['result']).to.have.property('value', '1')
    })

    it(`is refused with ${what}: through an outbox before anything is committed`, async () => {
      const store = memoryStore()
      const service = await stage.start({ handlers: [place], store })
      const error = await failure(service.mediator.send(Place.of({ orderId: '1', data })))
      expectFault(error, 'GULO_NOT_SERIALIZABLE', text)
      expect(await store.outbox.pending()).to.include({ count: 0, parked: 0 })
    })
  }

  for (const [what, data, expected] of carried) {
    for (const stored of [false, true]) {
      it(`carries ${what}, ${stored ? 'through an outbox' : 'directly'}`, async () => {
        const seen: unknown[] = []
        await stage.far((event) => seen.push(event.data))
        const service = await stage.start({ handlers: [place], ...(stored && { store: memoryStore() }) })
        await service.mediator.send(Place.of({ orderId: '1', data }))
        await stage.until('handled')
        expect(seen).to.deep.equal([expected])
      })
    }
  }
})

describe('an event that is too large for the broker', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const large = { orderId: '1', data: 'x'.repeat(2_000_000) }
  const widest = { orderId: 'k'.repeat(100_000) }
  const cases: [string, { orderId: string; data?: string }, RegExp][] = [
    [
      'two megabytes of data',
      large,
      /2000\d{3} bytes are too many for the body of ordering\.order\.placed\.v1; the limit is 1000000/,
    ],
    [
      'headers of 200 kilobytes',
      widest,
      /200\d{3} bytes are too many for the headers of ordering\.order\.placed\.v1; the limit is 32768/,
    ],
  ]
  for (const [what, data, text] of cases) {
    it(`because of ${what} fails what was sent directly, and no retry is promised`, async () => {
      const service = await stage.start({ handlers: [place] })
      const error = await failure(service.mediator.send(Place.of(data as Place)))
      expectFault(error, 'GULO_PUBLISH_FAILED', text)
      expect(error).to.have.property('retryable', false)
    })

    it(`because of ${what} is parked with its error, said to a person, and holds up nothing of its key`, async () => {
      const [store, logger] = [memoryStore(), keepingLogger()]
      const seen: string[] = []
      await stage.far((event) => seen.push(event.orderId))
      const service = await stage.start({ handlers: [place], store, logger })
      await service.mediator.send(Place.of(data as Place))
      await stage.until('publish-failed')
      await sendSome(service, ['1', '2'])
      await stage.until('handled', 2)
      expect(seen).to.have.members(['1', '2'])
      const [parked] = await store.outbox.parked()
      expectFault(parked?.error, 'GULO_TOO_LARGE', text)
      expect(await service.health()).to.have.nested.property('components.outbox.status', 'degraded')
      expect(logger.lines.join()).to.match(/1 event of ordering\.order\.placed\.v1 .*no retry can help/)
    })
  }
})

describe('an event whose routing cannot be', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const cases: [string, unknown, RegExp][] = [
    ['an object', {}, /key of OrderPlacedV1 is a plain object/],
    ['NaN', Number.NaN, /key of OrderPlacedV1 is NaN/],
    ['a text with a line break', 'a\nb', /key of OrderPlacedV1 is a text with a control character/],
    ['half a surrogate pair', '\ud83d', /control character or half a surrogate pair/],
  ]
  for (const [what, key, text] of cases) {
    it(`because its key is ${what} is refused before anything is committed`, async () => {
      const store: MemoryStore = memoryStore()
      const service = await stage.start({ handlers: [place], store })
      const error = await failure(service.mediator.send(Place.of({ orderId: key as string })))
      expectFault(error, 'GULO_KEY_INVALID', text)
      expect(await store.outbox.pending()).to.include({ count: 0, parked: 0 })
    })
  }

  it('because its key is an empty text goes like one without a key', async () => {
    const seen: string[] = []
    await stage.far((event) => seen.push(event.orderId))
    const service = await stage.start({ handlers: [place] })
    await service.mediator.send(Place.of({ orderId: '' }))
    await stage.until('handled')
    expect(stage.broker.messages('ordering.order.placed.v1')[0]?.key).to.equal(undefined)
    expect(seen).to.deep.equal([''])
  })

  it('is told by an event publisher as well', async () => {
    const publisher = await new EventPublisher({ transport: memoryTransport(), source: 'script' }).start()
    expectFault(await failure(publisher.publish(OrderPlacedV1.of({ orderId: 'a\nb' }))), 'GULO_KEY_INVALID')
    await publisher.stop()
  })
})

async function sendSome(service: Service, orderIds: readonly string[]): Promise<void> {
  for (const orderId of orderIds) await service.mediator.send(Place.of({ orderId }))
}
