import {
  anyError,
  Command,
  Contract,
  createService,
  DomainEvent,
  EventMapper,
  failurePolicy,
  fixed,
  handler,
  IntegrationEvent,
  type MemoryBroker,
  memoryBroker,
  memoryStore,
  memoryTransport,
  type Result,
  result,
  type Service,
  type ServiceOptions,
  type Transport,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { quietLogger } from '../support/scene.js'

@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}
@Contract('inventory.stock.reserved.v1', { key: 'orderId' })
class StockReservedV1 extends IntegrationEvent {
  readonly orderId!: string
}
@Contract('ordering.order.remind.v1', { key: 'orderId' })
class Remind extends Command {
  readonly orderId!: string
}
class OrderPlaced extends DomainEvent {
  constructor(readonly orderId: string) {
    super()
  }
}
class Place extends Command<Result<string>> {
  readonly orderId!: string
}

const place = handler(Place, ({ orderId }) => result(orderId, new OrderPlaced(orderId)), { name: 'place' })
const mapper = () => new EventMapper().register(OrderPlaced, OrderPlacedV1)
const base = { logger: quietLogger }

function signalled() {
  const waiting: (() => void)[] = []
  const wake = () => {
    for (const resolve of waiting.splice(0)) resolve()
  }
  const when = async (holds: () => boolean) => {
    while (!holds()) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  return { wake, when }
}

/** For arrow functions that do two things; the arguments have been evaluated in order. */
function inTurn(..._done: unknown[]): void {}

describe('two services', () => {
  let broker: MemoryBroker
  let running: Service[]
  const start = async (options: Partial<ServiceOptions> & { name: string }) => {
    const service = createService({
      ...base,
      handlers: [],
      transport: memoryTransport({ broker, redeliveryDelayMs: 5 }),
      ...options,
    })
    running.push(await service.start())
    return service
  }
  beforeEach(() => {
    broker = memoryBroker()
    running = []
  })
  afterEach(async () => {
    for (const service of running) await service.stop().catch(() => undefined)
  })

  for (const [wiring, store] of [
    ['directly', () => undefined],
    ['through an outbox', () => memoryStore()],
  ] as const) {
    it(`carry an event from a command in one to a handler in the other and on, ${wiring}`, async () => {
      const { wake, when } = signalled()
      const seen: string[] = []
      const stored = () => (store() ? { store: store() as NonNullable<ReturnType<typeof store>> } : {})
      const reserve = handler(OrderPlacedV1, ({ orderId }, { correlationId }) => {
        seen.push(`reserve ${orderId} ${correlationId}`)
        return result(undefined, StockReservedV1.of({ orderId }))
      })
      const notify = handler(StockReservedV1, ({ orderId }, { correlationId, tenantId }) => {
        seen.push(`notify ${orderId} ${correlationId} ${tenantId}`)
        wake()
      })
      await start({ name: 'notification', handlers: [notify], ...stored() })
      await start({ name: 'inventory', handlers: [reserve], ...stored() })
      const ordering = await start({ name: 'ordering', handlers: [place], mapper: mapper(), ...stored() })
      const { value } = await ordering.mediator.send(Place.of({ orderId: 'o-1' }), {
        correlationId: 'c',
        tenantId: 'acme',
      })
      expect(value).to.equal('o-1')
      await when(() => seen.length === 2)
      expect(seen).to.deep.equal(['reserve o-1 c', 'notify o-1 c acme'])
    })
  }

  it('share nothing: each has its own handlers and its own clock', async () => {
    const one = await start({ name: 'one', handlers: [place] })
    const two = await start({ name: 'two', handlers: [] })
    await one.mediator.send(Place.of({ orderId: '1' }))
    expect(await failure(two.mediator.send(Place.of({ orderId: '1' })))).to.have.property(
      'code',
      'GULO_HANDLER_NOT_FOUND',
    )
    expect(one.runtime).to.not.equal(two.runtime)
  })

  it('each get every event, and the members of one share them', async () => {
    const { wake, when } = signalled()
    const seen: string[] = []
    const note = (who: string) =>
      handler(OrderPlacedV1, ({ orderId }) => inTurn(seen.push(`${who} ${orderId}`), wake()), { name: 'note' })
    await start({ name: 'billing', handlers: [note('billing')] })
    await start({ name: 'inventory', handlers: [note('inventory')] })
    await start({ name: 'inventory', handlers: [note('inventory')] })
    const ordering = await start({ name: 'ordering', handlers: [place], mapper: mapper() })
    for (const orderId of ['1', '2', '3']) await ordering.mediator.send(Place.of({ orderId }))
    await when(() => seen.length === 6)
    expect(seen.filter((each) => each.startsWith('billing')).sort()).to.deep.equal([
      'billing 1',
      'billing 2',
      'billing 3',
    ])
    expect(seen.filter((each) => each.startsWith('inventory')).sort()).to.deep.equal([
      'inventory 1',
      'inventory 2',
      'inventory 3',
    ])
  })

  it('lets an isolated handler neither wait for others nor be waited for', async () => {
    const { wake, when } = signalled()
    const seen: string[] = []
    const stuck = handler(OrderPlacedV1, () => new Promise<void>(() => undefined), { name: 'StuckHandler' })
    const free = handler(OrderPlacedV1, ({ orderId }) => inTurn(seen.push(orderId), wake()), {
      name: 'FreeHandler',
      isolated: true,
    })
    const inventory = await start({ name: 'inventory', handlers: [stuck, free] })
    const ordering = await start({ name: 'ordering', handlers: [place], mapper: mapper() })
    await ordering.mediator.send(Place.of({ orderId: '1' }))
    await ordering.mediator.send(Place.of({ orderId: '2' }))
    await when(() => seen.length === 2)
    expect(inventory.describe().consumes.map((each) => each.group)).to.deep.equal(['inventory', 'inventory.free'])
    await inventory.stop({ deadlineMs: 10 }).catch(() => undefined)
  })

  it('replay a dead letter to the handler that failed, under the same message id', async () => {
    const { wake, when } = signalled()
    const ids: string[] = []
    let broken = true
    const store = memoryStore()
    const reserve = handler(
      OrderPlacedV1,
      (_, { messageId }) => {
        if (broken) throw new Error('boom')
        ids.push(messageId)
      },
      { name: 'reserve' },
    )
    const other = handler(OrderPlacedV1, () => void ids.push('other'), { name: 'other' })
    const inventory = await start({
      name: 'inventory',
      handlers: [other, reserve],
      store,
      policy: failurePolicy(anyError().retry(1)),
      observers: [wake],
    })
    const ordering = await start({ name: 'ordering', handlers: [place], mapper: mapper() })
    await ordering.mediator.send(Place.of({ orderId: '1' }))
    let letters = await store.deadLetters.find()
    while (letters.length === 0) {
      await new Promise((resolve) => setImmediate(resolve))
      letters = await store.deadLetters.find()
    }
    const [letter] = letters
    broken = false
    expect(await inventory.replay(letter?.id as string)).to.include({ status: 'replayed' })
    await when(() => ids.length === 2)
    expect(ids).to.deep.equal(['other', letter?.messageId])
    expect(await failure(inventory.replay('nobody'))).to.have.property('code', 'GULO_DEAD_LETTER_UNKNOWN')
  })

  it('try a message again later when the policy says so, and schedule messages of their own', async () => {
    const { wake, when } = signalled()
    const seen: string[] = []
    const reserve = handler(
      OrderPlacedV1,
      async ({ orderId }, context) => {
        seen.push(`reserve ${context.attempt}`)
        if (context.attempt < 2) throw new Error('not yet')
        await context.schedule(Remind.of({ orderId }), '1ms')
        await context.schedule(StockReservedV1.of({ orderId }), new Date(0))
        wake()
      },
      { name: 'reserve' },
    )
    const remind = handler(Remind, ({ orderId }) => inTurn(seen.push(`remind ${orderId}`), wake()))
    const notify = handler(StockReservedV1, ({ orderId }) => inTurn(seen.push(`notify ${orderId}`), wake()))
    await start({
      name: 'inventory',
      handlers: [reserve, remind, notify],
      store: memoryStore(),
      policy: failurePolicy(anyError().schedule(['1ms'])),
    })
    const ordering = await start({ name: 'ordering', handlers: [place], mapper: mapper() })
    await ordering.mediator.send(Place.of({ orderId: '1' }))
    await when(() => seen.length === 4)
    expect(seen.slice(0, 2)).to.deep.equal(['reserve 1', 'reserve 2'])
    expect(seen.slice(2)).to.have.members(['remind 1', 'notify 1'])
  })
})

describe('the life of a service', () => {
  it('refuses stop before start, a second start, and a start after stop', async () => {
    const service = createService({ ...base, name: 'ordering', handlers: [place] })
    expect(await failure(service.stop())).to.have.property('code', 'GULO_NOT_STARTED')
    expect(() => service.mediator)
      .to.throw()
      .with.property('code', 'GULO_NOT_STARTED')
    await service.start()
    expect(await failure(service.start())).to.have.property('code', 'GULO_ALREADY_STARTED')
    await Promise.all([service.stop(), service.stop()])
    expect(await failure(service.start())).to.have.property('code', 'GULO_STOPPED')
  })

  it('can be made anew from a stopped one', async () => {
    const service = createService({ ...base, name: 'ordering', handlers: [place] })
    await service.start()
    await service.stop()
    const again = await service.with({ name: 'ordering2' }).start()
    expect(again.name).to.equal('ordering2')
    await again.stop()
  })

  it('stops again what had started when something cannot start, and can then be started', async () => {
    const steps: string[] = []
    let broken = true
    const transport: Transport = {
      start: async () => {
        steps.push('transport start')
        if (broken) throw new Error('broker gone')
      },
      stop: async () => void steps.push('transport stop'),
      subscribe: async () => ({ close: async () => undefined }),
      publish: async () => undefined,
    }
    const store = { start: async () => void steps.push('store start'), stop: async () => void steps.push('store stop') }
    const service = createService({ ...base, name: 'ordering', handlers: [place], transport, store })
    const error = await failure(service.start())
    expect(error).to.have.property('code', 'GULO_START_FAILED')
    expect(String(error)).to.contain('broker gone')
    expect(steps).to.deep.equal(['store start', 'transport start', 'store stop'])
    broken = false
    await service.start()
    await service.stop()
  })

  it('finishes what is in flight before it disconnects', async () => {
    const broker = memoryBroker()
    const steps: string[] = []
    let release = () => undefined as void
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let entered = () => undefined as void
    const begun = new Promise<void>((resolve) => {
      entered = resolve
    })
    const slow = handler(OrderPlacedV1, async () => {
      entered()
      await held
      steps.push('handled')
    })
    const inventory = await createService({
      ...base,
      name: 'inventory',
      handlers: [slow],
      transport: memoryTransport({ broker }),
    }).start()
    const ordering = await createService({
      ...base,
      name: 'ordering',
      handlers: [place],
      mapper: mapper(),
      transport: memoryTransport({ broker }),
    }).start()
    await ordering.mediator.send(Place.of({ orderId: '1' }))
    await begun
    const stopping = inventory.stop().then(() => steps.push('stopped'))
    await new Promise((resolve) => setImmediate(resolve))
    release()
    await stopping
    expect(steps).to.deep.equal(['handled', 'stopped'])
    await ordering.stop()
  })

  it('is stopped at the end of await using', async () => {
    let service: Service
    {
      await using using = await createService({ ...base, name: 'ordering', handlers: [place] }).start()
      service = using
      expect((await service.health()).status).to.equal('up')
    }
    expect((await service.health()).state).to.equal('stopped')
  })

  it('leaves the signals of the process alone unless it is told to', async () => {
    const before = process.listenerCount('SIGTERM')
    const service = await createService({ ...base, name: 'ordering', handlers: [place] }).start()
    expect(process.listenerCount('SIGTERM')).to.equal(before)
    const undo = service.stopOnSignals()
    expect(process.listenerCount('SIGTERM')).to.equal(before + 1)
    undo()
    expect(process.listenerCount('SIGTERM')).to.equal(before)
    await service.stop()
  })
})

/** A handler on a transport that can only publish and deliver. */
const bare: Partial<ServiceOptions> = {
  handlers: [handler(OrderPlacedV1, () => undefined)],
  transport: {
    start: async () => undefined,
    stop: async () => undefined,
    publish: async () => undefined,
    subscribe: async () => ({ close: async () => undefined }),
  },
}

describe('a service that cannot be', () => {
  it('reports every wrong option at once', () => {
    expect(() => createService({ name: 'My Service' } as never)).to.throw(
      /has 2 faults: name is "My Service".*handlers is no array/,
    )
  })

  for (const [what, options, text] of [
    [
      'integration handlers without a transport',
      { handlers: [handler(OrderPlacedV1, () => undefined)] },
      /handles integration events but has no transport/,
    ],
    ['a mapper without a transport', { mapper: mapper() }, /mapper makes integration events but it has no transport/],
    [
      'an outbox without a unit of work',
      { transport: memoryTransport(), store: { outbox: memoryStore().outbox } },
      /outbox but no unit of work/,
    ],
    [
      'scheduled retries without a schedule',
      { transport: memoryTransport(), policy: failurePolicy(anyError().schedule(['1s'])) },
      /its store has no schedule/,
    ],
    [
      'strict order with scheduled retries',
      {
        transport: memoryTransport(),
        store: memoryStore(),
        ordering: 'strict',
        policy: failurePolicy(anyError().schedule(['1s'])),
      },
      /ordering is strict/,
    ],
    [
      'strict order with retry topics',
      { transport: memoryTransport(), ordering: 'strict', policy: failurePolicy(anyError().retryTopics(['1s'])) },
      /ordering is strict but its failure policy tries again later/,
    ],
    [
      'retry topics on a transport that cannot forward',
      { ...bare, store: memoryStore(), policy: failurePolicy(anyError().retryTopics(['1s'])) },
      /retry topics but its transport cannot forward/,
    ],
    ['handlers and no place to set messages aside', bare, /nowhere to put messages that must be set aside/],
    [
      'an inbox that forgets before the last retry topic',
      {
        transport: memoryTransport(),
        store: memoryStore({ inboxRetention: '1h' }),
        policy: failurePolicy(anyError().retryTopics(['50m', '11m'])),
      },
      /inbox remembers for 1 h but retries and replay reach back/,
    ],
    [
      'an inbox that forgets too early',
      { transport: memoryTransport(), store: memoryStore({ inboxRetention: '1m' }), replayHorizon: '7d' },
      /inbox remembers for 1 m but retries and replay reach back 7 d/,
    ],
    [
      'an inbox that forgets before the last retry',
      {
        transport: memoryTransport(),
        store: memoryStore({ inboxRetention: '1s' }),
        policy: failurePolicy(anyError().retry(3, fixed('1m'))),
      },
      /inbox remembers for 1 s/,
    ],
  ] as [string, Partial<ServiceOptions>, RegExp][]) {
    it(`refuses to start with ${what}`, async () => {
      const error = await failure(createService({ ...base, name: 'ordering', handlers: [], ...options }).start())
      expect(error).to.have.property('code', 'GULO_CONTRADICTION')
      expect(String(error)).to.match(text)
    })
  }

  it('tells the fault of a handler as it is', async () => {
    const service = createService({ ...base, name: 'ordering', handlers: [place, handler(Place, () => result(''))] })
    expect(await failure(service.start())).to.have.property('code', 'GULO_HANDLER_DUPLICATE')
  })
})

describe('describing a service', () => {
  it('says what it handles, maps, publishes, consumes and promises', () => {
    const reserve = handler(StockReservedV1, () => undefined, { name: 'reserve' })
    const describe = (options: Partial<ServiceOptions>) =>
      createService({
        ...base,
        name: 'ordering',
        handlers: [place, reserve],
        mapper: mapper(),
        transport: memoryTransport(),
        ...options,
      }).describe()
    const durable = describe({ store: memoryStore() })
    expect(durable.handlers).to.deep.include({
      message: 'Place',
      kind: 'command',
      handler: 'place',
      chain: ['handler place'],
    })
    expect(durable.mappings).to.deep.equal(['OrderPlaced → ordering.order.placed.v1 (same fields)'])
    expect(durable.publishes[0]).to.include({ type: 'ordering.order.placed.v1', topic: 'ordering.order.placed.v1' })
    expect(durable.publishes[0]?.promise).to.match(/^state and events commit together/)
    expect(durable.consumes[0]).to.deep.include({ group: 'ordering', types: ['inventory.stock.reserved.v1'] })
    expect(durable.consumes[0]?.promise).to.match(/once per message/)
    const direct = describe({})
    expect(direct.publishes[0]?.promise).to.match(/a crash in between loses the event/)
    expect(direct.consumes[0]?.promise).to.match(/^at least once/)
    expect(direct.consumes[0]?.policy.at(-1)).to.contain('3 attempts in place')
  })

  it('says once, at start, that direct publishing may lose events', async () => {
    const warnings: string[] = []
    const logger = { ...quietLogger, warn: (text: string) => void warnings.push(text) }
    const service = await createService({
      name: 'ordering',
      handlers: [place],
      mapper: mapper(),
      transport: memoryTransport(),
      logger,
    }).start()
    await service.mediator.send(Place.of({ orderId: '1' }))
    await service.stop()
    expect(warnings).to.have.length(1)
    expect(warnings[0]).to.contain('a crash in between loses the event')
  })
})
