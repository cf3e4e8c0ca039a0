import {
  Command,
  type GuloError,
  handler,
  type MessageContext,
  memoryStore,
  memoryTransport,
  type Publisher,
  Query,
  result,
  type Store,
  type UnitOfWork,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { expectFault, OrderPlaced, OrderPlacedV1, Place, Stage } from './stage.js'

class Later extends Command {}
class Ring extends Command {
  readonly left!: number
}
class Other extends Command {
  readonly left!: number
}
class Deep extends Query<number> {
  readonly left!: number
}

const TOPIC = 'ordering.order.placed.v1'
const wirings: [string, () => Store | undefined][] = [
  ['published directly', () => ({ schedule: memoryStore().schedule })],
  ['through an outbox', () => memoryStore()],
  [
    'published directly after a unit of work',
    () => ({ unitOfWork: memoryStore().unitOfWork, schedule: memoryStore().schedule }),
  ],
]

for (const [wiring, storeOf] of wirings) {
  describe(`what a handler does after its end, ${wiring}`, () => {
    let stage: Stage
    let late: MessageContext
    let service: Awaited<ReturnType<Stage['start']>>
    beforeEach(async () => {
      stage = new Stage()
      const store = storeOf()
      const keep = handler(Later, (_message, context) => {
        late = context
        return result(undefined, OrderPlacedV1.of({ orderId: 'in time' }))
      })
      const place = handler(Place, ({ orderId }) => result(orderId, OrderPlacedV1.of({ orderId })))
      const noted = handler(OrderPlaced, () => undefined)
      service = await stage.start({ handlers: [keep, place, noted], ...(store && { store }) })
      await service.mediator.send(Later.of({}))
    })
    afterEach(() => stage.close())

    for (const [what, act] of [
      ['publish an integration event', () => late.publish(OrderPlacedV1.of({ orderId: 'late' }))],
      ['publish a domain event', () => late.publish(OrderPlaced.of({ orderId: 'late' }))],
      ['send a command', () => late.send(Place.of({ orderId: 'late' }))],
      ['schedule an event', () => late.schedule(OrderPlacedV1.of({ orderId: 'late' }), '1s')],
      ['do so through a child of its context', () => late.child().publish(OrderPlacedV1.of({ orderId: 'late' }))],
    ] as [string, () => Promise<unknown>][]) {
      it(`is refused when it is to ${what}: it would be lost`, async () => {
        expectFault(await failure(act()), 'GULO_UNIT_OF_WORK_ENDED', /Await everything/)
        await stage.until('published')
        expect(stage.broker.messages(TOPIC)).to.have.length(1)
      })
    }

    it('begins a unit of work of its own where the context is handed to the service again', async () => {
      await service.mediator.send(Place.of({ orderId: 'again' }), { context: late })
      await stage.until('published', 2)
      expect(stage.broker.messages(TOPIC)).to.have.length(2)
    })
  })
}

describe('commands that send one another in a ring', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  for (const [wiring, storeOf] of [...wirings, ['alone', undefined] as const]) {
    it(`end at the bound with a clear error, ${wiring}`, async () => {
      const ring = handler(Ring, async ({ left }, context) => {
        await Promise.resolve()
        await context.send(Other.of({ left }))
      })
      const other = handler(Other, (message, context) => context.send(Ring.of(message)))
      const store = storeOf?.()
      const transport = storeOf === undefined ? { transport: undefined as never } : {}
      const service = await stage.start({ handlers: [ring, other], ...transport, ...(store && { store }) })
      const error = await failure(service.mediator.send(Ring.of({ left: 1 })))
      expectFault(error, 'GULO_CASCADE_TOO_DEEP', /more than 32 levels deep; the last was (Ring|Other)/)
    })
  }

  it('may go as deep as the service allows, and as wide as they like', async () => {
    const deep = handler(Deep, async ({ left }, context) => {
      let sum = 1
      for (let width = 0; width < 2 && left > 0; width++) sum += await context.send(Deep.of({ left: left - 1 }))
      return sum
    })
    const service = await stage.start({ handlers: [deep], maxEventDepth: 10 })
    expect(await service.mediator.send(Deep.of({ left: 10 }))).to.equal(2047)
    expectFault(await failure(service.mediator.send(Deep.of({ left: 11 }))), 'GULO_CASCADE_TOO_DEEP', /10 levels/)
  })
})

describe('a unit of work that misbehaves', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const place = handler(Place, ({ orderId }) => result(orderId, OrderPlacedV1.of({ orderId })))
  const send = async (unitOfWork: UnitOfWork, more: Partial<Store> = memoryStore()) => {
    const store = { ...more, outbox: more.outbox, unitOfWork } as Store
    const service = await stage.start({ handlers: [place], store })
    return service.mediator.send(Place.of({ orderId: '1' }))
  }

  it('because it sets no transaction is told by the outbox, and nothing is stored', async () => {
    const store = memoryStore()
    const error = await failure(send({ run: (_context, work) => work() }, store))
    expectFault(error, 'GULO_TRANSACTION_MISSING', /1 events outside a unit of work/)
    expect((await store.outbox.pending()).count).to.equal(0)
  })

  it('because it sets a transaction of another store is told by the outbox', async () => {
    const run: UnitOfWork['run'] = (context, work) => {
      context.transaction = { begin: 1 }
      return work()
    }
    expectFault(await failure(send({ run })), 'GULO_TRANSACTION_INVALID', /The outbox was given a plain object/)
  })

  it('because it sets a transaction that has ended is told by the outbox', async () => {
    const store = memoryStore()
    let ended: unknown
    await store.unitOfWork.run(
      {
        set transaction(it: unknown) {
          ended ??= it
        },
        get transaction() {
          return undefined
        },
      } as never,
      async () => undefined,
    )
    const run: UnitOfWork['run'] = (context, work) => {
      context.transaction = ended
      return work()
    }
    expectFault(await failure(send({ run }, store)), 'GULO_TRANSACTION_INVALID', /a transaction that has ended/)
  })

  for (const outbox of [true, false]) {
    it(`because it runs the work again after a conflict publishes the events once, ${outbox ? 'stored' : 'directly'}`, async () => {
      const store = memoryStore()
      let conflicts = 2
      const run = async <T>(context: MessageContext, work: () => Promise<T>): Promise<T> => {
        for (;;) {
          try {
            return await store.unitOfWork.run(context, async () => {
              const value = await work()
              if (conflicts-- > 0) throw new Error('serialization failure')
              return value
            })
          } catch (error) {
            if (conflicts < 0) throw error
          }
        }
      }
      await send({ run }, outbox ? store : { outbox: undefined as never })
      await stage.until('published')
      expect(stage.broker.messages(TOPIC)).to.have.length(1)
    })
  }

  it('because its commit fails publishes nothing', async () => {
    const unitOfWork: UnitOfWork = {
      run: async (_context, work) => {
        await work()
        throw new Error('commit failed')
      },
    }
    expect(await failure(send(unitOfWork, { outbox: undefined as never }))).to.have.property('message', 'commit failed')
    expect(stage.broker.messages(TOPIC)).to.have.length(0)
  })
})

describe('a publisher of the application that misbehaves', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const place = handler(Place, ({ orderId }) => result(orderId, OrderPlacedV1.of({ orderId })))
  const cases: [string, Publisher['publish'], RegExp][] = [
    [
      'throws instead of rejecting',
      () => {
        throw new Error('not now')
      },
      /not now/,
    ],
    ['rejects with nothing', () => Promise.reject(undefined), /could not be published: undefined/],
    ['rejects with what has no text', () => Promise.reject(Object.create(null)), /without a text/],
  ]
  for (const [what, publish, text] of cases) {
    it(`because it ${what} leaves the events with the caller, and a retry may help`, async () => {
      const transport = Object.assign(memoryTransport(), { publish })
      const service = await stage.start({ handlers: [place], transport })
      const error = await failure(service.mediator.send(Place.of({ orderId: '1' })))
      expectFault(error, 'GULO_PUBLISH_FAILED', text)
      expect(error).to.have.property('retryable', true)
      expect((error as GuloError).details['unsent']).to.have.length(1)
    })
  }

  it('because it answers no promise is taken to have published', async () => {
    const transport = Object.assign(memoryTransport(), { publish: () => undefined as never })
    const service = await stage.start({ handlers: [place], transport })
    expect((await service.mediator.send(Place.of({ orderId: '1' }))).value).to.equal('1')
  })
})
