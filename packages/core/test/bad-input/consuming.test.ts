import {
  anyError,
  type FailurePolicy,
  failurePolicy,
  GuloError,
  handler,
  memoryStore,
  memoryTransport,
  onError,
  result,
  type Service,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { expectFault, keepingLogger, OrderPlacedV1, Place, Stage } from './stage.js'

const TOPIC = 'ordering.order.placed.v1'
const place = handler(Place, ({ orderId }) => result(orderId, OrderPlacedV1.of({ orderId })))
const atOnce = failurePolicy(anyError().deadLetter())

describe('what comes off the wire', () => {
  let stage: Stage
  let seen: OrderPlacedV1[]
  beforeEach(async () => {
    stage = new Stage()
    seen = []
    await stage.far((event) => seen.push(event))
  })
  afterEach(() => stage.close())

  const CE = { ce_specversion: '1.0', ce_id: '1', ce_source: 'far', ce_type: TOPIC }
  const forward = async (body: string | Uint8Array | null, headers: Record<string, string | Uint8Array> = CE) => {
    const transport = memoryTransport({ broker: stage.broker })
    await transport.start()
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
    await transport.forward([{ topic: TOPIC, type: TOPIC, key: undefined, body: bytes, headers }])
    await transport.stop()
  }

  const json = (data: unknown) => JSON.stringify({ id: '1', type: TOPIC, source: 'far', payload: data })
  const harmful: [string, string | Uint8Array | null, Record<string, string | Uint8Array>, RegExp][] = [
    ['no bytes at all', null, {}, /No codec recognises/],
    ['random bytes', Uint8Array.of(255, 254, 0, 1), {}, /No codec recognises/],
    ['half a JSON text', '{"orderId":', CE, /cannot be read as application\/json/],
    ['a key __proto__', '{"orderId":"1","__proto__":{"admin":true}}', CE, /a key __proto__/],
    ['a key __proto__ far within', '{"a":[{"__proto__":{"admin":true}}]}', CE, /a key __proto__/],
    ['a key constructor', '{"orderId":"1","constructor":{"prototype":{"admin":true}}}', CE, /a key constructor/],
    ['a key __proto__ in the envelope', `{"__proto__":{},${json({}).slice(1)}`, {}, /a key __proto__/],
    ['a text where an object belongs', '"x"', CE, /data of OrderPlacedV1 is a string/],
    ['a list where an object belongs', '[1]', CE, /is an array/],
    ['null where an object belongs', 'null', CE, /is null/],
    ['a tombstone where an object belongs', null, CE, /is undefined/],
    ['one megabyte of headers', '{}', { ...CE, large: 'x'.repeat(1_000_000) }, /too many for the headers/],
    [
      'a thousand headers',
      '{}',
      { ...CE, ...Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`h${at}`, 'x'])) },
      /more than 256 headers/,
    ],
    ['eleven megabytes of data', `"${'x'.repeat(11_000_000)}"`, CE, /too many for the body/],
    ['another version of CloudEvents', '{}', { ...CE, ce_specversion: '2.0' }, /specversion is 2\.0/],
    ['a time that is none', '{}', { ...CE, ce_time: 'yesterday' }, /not a time/],
  ]
  for (const [what, body, headers, text] of harmful) {
    it(`is quarantined at once when it has ${what}, and the next message is handled`, async () => {
      await forward(body, headers)
      await stage.until('quarantined')
      const error = stage.of('quarantined')[0]?.error as GuloError
      expectFault(error, error.code, text)
      expect(stage.of('retried')).to.have.length(0)
      await forward('{"orderId":"good"}')
      await stage.until('handled')
      expect(seen).to.have.length(1)
      expect(stage.broker.messages(`${TOPIC}.quarantine`)).to.have.length(1)
      expect(({} as { admin?: boolean }).admin).to.equal(undefined)
    })
  }

  it('keeps headers named like members of every object', async () => {
    await forward('{"orderId":"1"}', { ...CE, ['__proto__']: 'x', constructor: 'y', toString: 'z' })
    await stage.until('handled')
    expect({}.toString()).to.equal('[object Object]')
  })

  it('is nested 100,000 levels deep and still does not end the process', async () => {
    await forward(`{"orderId":"1","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
    await stage.until('handled')
  })
})

describe('a handler that throws something odd', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  class Odd extends Error {
    override get message(): string {
      throw new Error('no message')
    }
  }
  const fault = (details: Record<string, unknown>) =>
    new GuloError('ACME_ODD', { message: 'Odd.', mend: 'Mend it.' }, details)
  const cases: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a symbol', Symbol('x')],
    ['an object without a prototype', Object.create(null)],
    [
      'an object whose toString throws',
      {
        toString: () => {
          throw new Error('no text')
        },
      },
    ],
    ['an error whose message is a number', Object.assign(new Error('x'), { message: 5 })],
    ['an error whose message throws', new Odd()],
    ['an error whose stack is a list', Object.assign(new Error('x'), { stack: [1] })],
    ['an error without a constructor', Object.assign(new Error('x'), { constructor: undefined })],
    ['an error with a code of a megabyte', Object.assign(new Error('x'), { code: 'c'.repeat(1_000_000) })],
    ['details of a megabyte', fault({ text: 'x'.repeat(1_000_000), list: ['y'.repeat(1_000_000)] })],
    [
      'a hundred details',
      fault(Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`d${at}`, 'x'.repeat(1000)]))),
    ],
    ['details that are a ring', fault({ list: ringed() })],
    ['a frozen error', Object.freeze(new Error('x'))],
  ]
  for (const [what, thrown] of cases) {
    it(`such as ${what} has its message set aside, in headers a broker carries`, async () => {
      await stage.far(
        () => {
          throw thrown
        },
        { policy: atOnce },
      )
      await sendOne(stage)
      await stage.until('dead-lettered')
      const [letter] = stage.broker.messages(`${TOPIC}.dlq`)
      const headers = Object.entries(letter?.headers ?? {})
      for (const [name, value] of headers) expect(value, name).to.be.a('string')
      const length = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
      expect(length).to.be.below(50_000)
      expect(JSON.parse(String(letter?.headers['dlq-error']))).to.have.property('error')
      expect(stage.of('redelivery')).to.have.length(0)
    })
  }

  function ringed(): unknown[] {
    const ring: unknown[] = []
    ring.push(ring)
    return ring
  }
})

describe('a failure policy that fails itself', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const matches = (error: unknown) => (error as { response: { status: number } }).response.status === 500
  const cases: [string, FailurePolicy][] = [
    ['because a rule throws', failurePolicy(onError({ words: 'status 500', matches }).discard())],
    [
      'because it throws',
      {
        ...atOnce,
        decide: () => {
          throw new Error('undecided')
        },
      },
    ],
    ['because it decides nothing', { ...atOnce, decide: () => undefined as never }],
    ['because it decides what there is not', { ...atOnce, decide: () => ({ action: 'forget' }) as never }],
  ]
  for (const [what, policy] of cases) {
    it(`${what} leaves the message to the default one, and says so`, async () => {
      const logger = keepingLogger()
      await stage.far(
        () => {
          throw new Error('x')
        },
        { policy, logger },
      )
      await sendOne(stage)
      await stage.until('dead-lettered')
      expect(stage.of('retried')).to.have.length(2)
      expect(logger.lines.join()).to.match(/the failure policy of inventory .* the default one decides/)
    })
  }
})

describe('a reader of messages that answers nothing', () => {
  it('has the message quarantined, not forgotten', async () => {
    const stage = new Stage()
    await stage.far(() => undefined, { readEnvelope: () => undefined as never })
    await sendOne(stage)
    await stage.until('quarantined')
    expectFault(stage.of('quarantined')[0]?.error, 'GULO_ENVELOPE_INVALID', /it is undefined/)
    await stage.close()
  })
})

describe('a handler that is disabled beside others of its event', () => {
  it('holds the message back before any of them runs, until it is enabled', async () => {
    const stage = new Stage()
    const seen: string[] = []
    const handlers = ['first', 'second'].map((name) => handler(OrderPlacedV1, () => void seen.push(name), { name }))
    const inventory = await stage.start({ name: 'inventory', handlers })
    inventory.disable('second')
    await sendOne(stage)
    await stage.until('redelivery', 3)
    expect(seen).to.deep.equal([])
    inventory.enable('second')
    await stage.until('handled', 2)
    expect(seen).to.deep.equal(['first', 'second'])
    await stage.close()
  })
})

describe('stores that fail while a message is handled', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const failing = (times: number, method: (...parameters: never[]) => Promise<unknown>) => {
    let left = times
    return (...parameters: never[]) =>
      left-- > 0 ? Promise.reject(new Error('the database is away')) : method(...parameters)
  }

  it('leave the message with the broker until the dead letters take it', async () => {
    const store = memoryStore()
    Object.assign(store.deadLetters, { add: failing(2, store.deadLetters.add.bind(store.deadLetters) as never) })
    await stage.far(
      () => {
        throw new Error('x')
      },
      { store, policy: atOnce },
    )
    await sendOne(stage)
    await stage.until('dead-lettered')
    expect(stage.of('redelivery')).to.have.length(2)
    expect(await store.deadLetters.find()).to.have.length(1)
  })

  for (const part of ['begin', 'end'] as const) {
    it(`have the effect once, although ${part} of the attempts fails`, async () => {
      const store = memoryStore()
      Object.assign(store.attempts, { [part]: failing(1, store.attempts[part].bind(store.attempts) as never) })
      let effects = 0
      await stage.far(() => effects++, { store })
      await sendOne(stage)
      await stage.when(() => stage.of('handled').length + stage.of('duplicate').length > (part === 'end' ? 1 : 0))
      expect(effects).to.equal(1)
    })
  }

  it('have the effect once, although the commit fails and the inbox rolls back', async () => {
    const store = memoryStore()
    const run = store.unitOfWork.run.bind(store.unitOfWork)
    let conflicts = 2
    Object.assign(store.unitOfWork, {
      run: <T>(context: never, work: () => Promise<T>) =>
        run(context, async () => {
          const value = await work()
          if (conflicts-- > 0) throw new Error('serialization failure')
          return value
        }),
    })
    const once = ({ orderId }: OrderPlacedV1) =>
      orderId === '1' ? result(undefined, OrderPlacedV1.of({ orderId: '2' })) : undefined
    const ordering = await stage.start({ handlers: [place] })
    const handlers = [handler(OrderPlacedV1, once, { name: 'once' })]
    const inventory = await stage.start({ name: 'inventory', handlers, store })
    await ordering.mediator.send(Place.of({ orderId: '1' }))
    await stage.until('handled', 2)
    await inventory.stop()
    expect(stage.broker.messages(TOPIC)).to.have.length(2)
    expect(stage.of('retried')).to.have.length(2)
  })
})

describe('replaying a dead letter', () => {
  let stage: Stage
  let failures: number
  let effects: number
  beforeEach(() => {
    stage = new Stage()
    failures = 1
    effects = 0
  })
  afterEach(() => stage.close())

  const deadLetter = async (
    inbox: boolean,
  ): Promise<{ service: Service; id: string; store: ReturnType<typeof memoryStore> }> => {
    const store = memoryStore()
    const handle = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      if (failures-- > 0) throw new Error('x')
      effects++
    }
    const { deadLetters } = store
    const service = await stage.far(handle, { store: inbox ? store : { deadLetters }, policy: atOnce })
    await sendOne(stage)
    await stage.until('dead-lettered')
    const [letter] = await deadLetters.find()
    return { service, id: letter?.id as string, store }
  }

  for (const inbox of [true, false]) {
    it(`twice at once handles it once, ${inbox ? 'with' : 'without'} an inbox`, async () => {
      const { service, id } = await deadLetter(inbox)
      const letters = await Promise.all([service.replay(id), service.replay(id)])
      expect(effects).to.equal(1)
      expect(letters.map(({ replayCount }) => replayCount)).to.deep.equal([1, 1])
    })
  }

  it('tells that it could not be marked, and with an inbox may simply be done again', async () => {
    const { service, id, store } = await deadLetter(true)
    const settle = store.deadLetters.settle.bind(store.deadLetters)
    Object.assign(store.deadLetters, { settle: () => Promise.reject(new Error('the database is away')) })
    expect(await failure(service.replay(id))).to.have.property('message', 'the database is away')
    Object.assign(store.deadLetters, { settle })
    expect((await service.replay(id)).status).to.equal('replayed')
    expect(effects).to.equal(1)
  })

  for (const [what, id] of [
    ['unknown', 'nowhere'],
    ['no', undefined],
    ['a strange', {}],
  ] as [string, never][]) {
    it(`with ${what} id is refused`, async () => {
      const { service } = await deadLetter(true)
      expectFault(await failure(service.replay(id)), 'GULO_DEAD_LETTER_UNKNOWN')
    })
  }

  it('is refused before the start and after the stop', async () => {
    const { service, id } = await deadLetter(true)
    await service.stop()
    expectFault(await failure(service.replay(id)), 'GULO_NOT_STARTED')
    expect(() => stage.service().replay(id)).to.throw(/replay before the service/)
  })
})

async function sendOne(stage: Stage): Promise<void> {
  const ordering = await stage.start({ handlers: [place] })
  await ordering.mediator.send(Place.of({ orderId: '1' }))
}
