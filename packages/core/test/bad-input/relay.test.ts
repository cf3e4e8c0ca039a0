import {
  Command,
  Contract,
  createRuntime,
  type Envelope,
  handler,
  IntegrationEvent,
  type MemoryOutbox,
  type MemoryStore,
  memoryStore,
  memoryTransport,
  Relay,
  type Result,
  result,
  type Transport,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { ManualClock } from '../support/manual-clock.js'
import { envelope, quietLogger } from '../support/scene.js'
import { expectFault, keepingLogger, OrderPlacedV1, Place, Stage } from './stage.js'

@Contract('ordering.order.audited.v1', { key: 'orderId' })
class AuditedV1 extends IntegrationEvent {
  readonly orderId!: string
}
class Audit extends Command<Result<void>> {
  readonly count!: number
}

const place = handler(Place, ({ orderId }) => result(orderId, OrderPlacedV1.of({ orderId })))
const audit = handler(Audit, ({ count }) =>
  result(undefined, ...Array.from({ length: count }, (_, index) => AuditedV1.of({ orderId: String(index) }))),
)

/** The transport, with a way of its own to publish. */
function publishing(transport: Transport, publish: (envelopes: readonly Envelope[]) => Promise<void>): Transport {
  return Object.assign(transport, { publish })
}

describe('a relay whose broker misbehaves', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  it('carries the other topics past more entries of a dead one than it claims at once', async () => {
    const transport = memoryTransport({ broker: stage.broker })
    const publish = transport.publish.bind(transport)
    publishing(transport, async (envelopes) => {
      if (envelopes[0]?.type === 'ordering.order.audited.v1') throw new Error('the topic is away')
      await publish(envelopes)
    })
    const store = memoryStore()
    const service = await stage.start({ handlers: [place, audit], transport, store })
    await service.mediator.send(Audit.of({ count: 1200 }))
    await stage.until('publish-failed')
    await service.mediator.send(Place.of({ orderId: '1' }))
    await stage.until('published')
    await service.mediator.send(Place.of({ orderId: '2' }))
    await stage.until('published', 2)
    expect(await store.outbox.pending()).to.include({ count: 1200, parked: 0 })
  })

  it('comes back to a topic in its turn, once that is well again', async () => {
    const { outbox, unitOfWork } = memoryStore()
    const context = { transaction: undefined } as never
    const commit = (id: string, topic: string) =>
      unitOfWork.run(context, () => outbox.publish([envelope({ id, topic, partitionKey: id })], context))
    const claim = async (limit: number) => {
      const entries = await outbox.claim(limit)
      return { entries, ids: entries.map((entry) => entry.envelope.id) }
    }
    for (const [id, topic] of [
      ['a', 'dead'],
      ['b', 'dead'],
      ['c', 'live'],
    ] as const)
      await commit(id, topic)
    await outbox.fail((await claim(2)).entries, new Error('the topic is away'))
    const first = await claim(1)
    expect(first.ids).to.deep.equal(['c'])
    await outbox.fail(first.entries, new Error('away as well'))
    const second = await claim(1)
    expect(second.ids).to.deep.equal(['a'])
    await outbox.settle(second.entries)
    expect((await claim(1)).ids).to.deep.equal(['b'])
  })

  for (const [what, publish] of [
    [
      'throws instead of rejecting',
      () => {
        throw new Error('not now')
      },
    ],
    ['rejects with nothing', () => Promise.reject()],
    ['rejects with what has no text', () => Promise.reject(Object.create(null))],
  ] as [string, () => Promise<void>][]) {
    it(`keeps what could not be published when it ${what}, and says so once`, async () => {
      const [store, logger] = [memoryStore(), keepingLogger()]
      const transport = publishing(memoryTransport(), publish)
      const service = await stage.start({ handlers: [place], transport, store, logger })
      await service.mediator.send(Place.of({ orderId: '1' }))
      await stage.until('publish-failed', 2)
      expect(await store.outbox.pending()).to.include({ count: 1, parked: 0 })
      expect(logger.lines.filter((line) => /ordering\.order\.placed\.v1/.test(line))).to.have.length(1)
    })
  }

  it('never settles: stop ends at its deadline and says what was pending', async () => {
    const transport = publishing(memoryTransport(), () => new Promise(() => undefined))
    const service = await stage.start({ handlers: [place], transport, store: memoryStore() })
    await service.mediator.send(Place.of({ orderId: '1' }))
    const error = await failure(service.stop({ deadlineMs: 20 }))
    expectFault(error, 'GULO_STOP_DEADLINE', /The relay was not done within \d+ ms: a batch is being published/)
  })

  it('keeps what was not published at stop, for the next start', async () => {
    const store = memoryStore()
    const dead = publishing(memoryTransport(), () => Promise.reject(new Error('away')))
    const first = await stage.start({ handlers: [place], transport: dead, store })
    for (const orderId of ['1', '1', '2']) await first.mediator.send(Place.of({ orderId }))
    await stage.until('publish-failed')
    await first.stop()
    expect((await store.outbox.pending()).count).to.equal(3)
    await stage.start({ handlers: [place], store })
    await stage.until('published', 3)
    expect((await store.outbox.pending()).count).to.equal(0)
  })
})

describe('a relay whose outbox misbehaves', () => {
  const clock = new ManualClock()
  const runtime = createRuntime({ clock })
  let store: MemoryStore
  let published: string[]
  let relay: Relay
  const broken = new Set<keyof MemoryOutbox>()
  let refusing = false

  const commit = async (...ids: string[]) => {
    const context = { transaction: undefined } as never
    await store.unitOfWork.run(context, () =>
      store.outbox.publish(
        ids.map((id) => envelope({ id, partitionKey: 'same' })),
        context,
      ),
    )
  }
  beforeEach(() => {
    store = memoryStore({ runtime })
    published = []
    broken.clear()
    refusing = false
    const breaking = (name: 'claim' | 'settle' | 'fail') => {
      const method = store.outbox[name].bind(store.outbox) as (...parameters: unknown[]) => Promise<never>
      return (...parameters: unknown[]) =>
        broken.has(name) ? Promise.reject(new Error('the database is away')) : method(...parameters)
    }
    Object.assign(store.outbox, { claim: breaking('claim'), settle: breaking('settle'), fail: breaking('fail') })
    relay = new Relay({
      outbox: store.outbox,
      runtime,
      logger: quietLogger,
      publisher: {
        publish: async (envelopes) => {
          if (refusing) throw new Error('the broker is away')
          published.push(...envelopes.map(({ id }) => id))
        },
      },
    })
    relay.start()
  })
  afterEach(() => relay.stop())

  for (const name of ['claim', 'settle', 'fail'] as const) {
    it(`goes on with the key once ${name} works again`, async () => {
      broken.add(name)
      refusing = name === 'fail'
      await commit('1')
      await clock.pass(1000)
      broken.clear()
      refusing = false
      await commit('2')
      await clock.pass(20_000)
      expect(published).to.deep.equal(['1', '2'])
      expect((await store.outbox.pending()).count).to.equal(0)
    })
  }
})
