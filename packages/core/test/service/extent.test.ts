import {
  anyError,
  Contract,
  createService,
  EventPublisher,
  failurePolicy,
  handler,
  IntegrationEvent,
  type MemoryBroker,
  memoryBroker,
  memoryStore,
  memoryTransport,
  type Service,
  type ServiceOptions,
  type Signal,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { turn } from '../support/manual-clock.js'
import { quietLogger } from '../support/scene.js'

@Contract('shop.price.changed.v1', { topic: (event: PriceChangedV1) => `prices.${event.shop}` })
class PriceChangedV1 extends IntegrationEvent {
  readonly shop!: string
}
@Contract('shop.order.placed.v1')
class OrderPlacedV1 extends IntegrationEvent {
  readonly shop!: string
}

describe('a service whose handlers reach further than one group and its topics', () => {
  let broker: MemoryBroker
  let publisher: EventPublisher
  let seen: string[]
  let signals: Signal[]
  let waiting: (() => void)[]
  let running: Service[]

  beforeEach(async () => {
    broker = memoryBroker()
    publisher = new EventPublisher({ transport: memoryTransport({ broker }), source: 'outside' })
    await publisher.start()
    seen = []
    signals = []
    waiting = []
    running = []
  })
  afterEach(async () => {
    for (const service of running) await service.stop().catch(() => undefined)
    await publisher.stop()
  })

  const create = (options: Partial<ServiceOptions>) =>
    createService({
      name: 'shop',
      handlers: [],
      logger: quietLogger,
      transport: memoryTransport({ broker, redeliveryDelayMs: 1 }),
      observers: [
        (signal) => {
          signals.push(signal)
          for (const resolve of waiting.splice(0)) resolve()
        },
      ],
      ...options,
    })
  const start = async (options: Partial<ServiceOptions>) => {
    const service = create(options)
    running.push(service)
    return service.start()
  }
  const until = async (kind: Signal['kind'], count: number) => {
    while (signals.filter((signal) => signal.kind === kind).length < count)
      await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const clear = (instance: string, options = { broadcast: true } as object) =>
    handler(PriceChangedV1, ({ shop }) => void seen.push(`${instance} clears ${shop}`), { name: 'clear', ...options })
  const note = (instance: string) =>
    handler(PriceChangedV1, ({ shop }) => void seen.push(`${instance} notes ${shop}`), { name: 'note' })

  const patterns = [/^prices\./]

  it('runs broadcast handlers in every instance and the others in one, also beside an inbox they share', async () => {
    const store = memoryStore()
    for (const instance of ['one', 'two']) await start({ handlers: [clear(instance), note(instance)], patterns, store })
    await publisher.publish(PriceChangedV1.of({ shop: 'a' }))
    await until('handled', 3)
    await turn()
    expect(seen.filter((each) => each.includes('clears'))).to.have.members(['one clears a', 'two clears a'])
    expect(seen.filter((each) => each.includes('notes'))).to.have.length(1)
  })

  it('gives an isolated broadcast handler a subscription of its own', async () => {
    for (const instance of ['one', 'two'])
      await start({ handlers: [clear(instance, { broadcast: true, isolated: true })], patterns })
    await publisher.publish(PriceChangedV1.of({ shop: 'a' }))
    await until('handled', 2)
    expect(seen).to.have.members(['one clears a', 'two clears a'])
    expect(running[0]?.describe().consumes[0]).to.deep.include({ group: 'shop.clear', broadcast: true })
  })

  it('says how far each of its consumers reaches, and what that promises', () => {
    const service = create({ handlers: [clear('one'), note('one')], patterns, startAt: 'latest', store: memoryStore() })
    const told = service.describe().consumes.map(({ policy: _, types: __, ...others }) => others)
    expect(told).to.deep.equal([
      {
        group: 'shop',
        patterns: ['/^prices\\./'],
        startAt: 'latest',
        broadcast: false,
        promise: 'effects in the same store once per message, whatever the broker redelivers; in order per key',
      },
      {
        group: 'shop.broadcast',
        patterns: ['/^prices\\./'],
        startAt: undefined,
        broadcast: true,
        promise: 'every instance handles what is published while it runs, at least once, in order per key',
      },
    ])
  })

  it('says at which time or offsets it starts', () => {
    const offsets = [{ topic: 'prices.a', partition: 1, offset: '7' }]
    const startOf = (startAt: ServiceOptions['startAt']) =>
      create({ handlers: [note('one')], patterns, ...(startAt && { startAt }) }).describe().consumes[0]?.startAt
    expect(startOf({ timestamp: 0 })).to.equal('from 1970-01-01T00:00:00.000Z')
    expect(startOf({ offsets })).to.equal('prices.a/1 from 7')
    expect(startOf(undefined)).to.equal(undefined)
  })

  it('sets no type aside that another of its consumers handles', async () => {
    const other = handler(OrderPlacedV1, () => undefined, { name: 'other', isolated: true })
    const options = { patterns, topics: () => 'prices.all', unknownTypes: 'dead-letter' } as const
    await start({ handlers: [note('one'), other], ...options, store: memoryStore() })
    await publisher.publish(PriceChangedV1.of({ shop: 'all' }))
    await until('handled', 1)
    await until('ignored', 1)
    expect(signals.filter(({ kind }) => kind === 'dead-lettered')).to.deep.equal([])
  })

  it('rests, tells what waits, and goes on', async () => {
    const service = await start({ handlers: [note('one'), clear('one')], patterns })
    await publisher.publish(PriceChangedV1.of({ shop: 'a' }))
    await until('handled', 2)
    service.pause()
    await publisher.publish(PriceChangedV1.of({ shop: 'a' }))
    await turn()
    expect(seen).to.have.length(2)
    const waits = (await service.lag()).filter(({ lag }) => lag > 0)
    expect(waits.map(({ group, topic, lag }) => ({ group, topic, lag }))).to.deep.equal([
      { group: 'shop', topic: 'prices.a', lag: 1 },
    ])
    service.resume()
    await until('handled', 4)
  })

  it('refuses to rest before it is started', async () => {
    const service = create({ handlers: [note('one')], patterns })
    expect(() => service.pause())
      .to.throw()
      .with.property('code', 'GULO_NOT_STARTED')
    expect(() => service.resume())
      .to.throw()
      .with.property('code', 'GULO_NOT_STARTED')
    expect(await failure(service.lag())).to.have.property('code', 'GULO_NOT_STARTED')
  })

  for (const [what, options, message] of [
    ['patterns and no handler', { patterns }, /patterns but handles no integration events/],
    [
      'patterns and retry topics',
      { patterns, handlers: [note('one')], policy: failurePolicy(anyError().retryTopics(['1s']).deadLetter()) },
      /patterns but its failure policy has retry topics/,
    ],
    [
      'broadcast handlers and attempts at a later time',
      {
        handlers: [clear('one')],
        patterns,
        store: memoryStore(),
        policy: failurePolicy(anyError().schedule(['1s']).deadLetter()),
      },
      /broadcast handlers but its failure policy tries again later/,
    ],
  ] as [string, Partial<ServiceOptions>, RegExp][]) {
    it(`refuses to start with ${what}`, async () => {
      const error = await failure(create(options).start())
      expect(error).to.have.property('code', 'GULO_CONTRADICTION')
      expect(error).to.have.property('message').that.matches(message)
    })
  }

  it('refuses patterns and starting points that are none, all at once', () => {
    const wrong = { patterns: ['prices'], startAt: { timestamp: -1 } } as unknown as Partial<ServiceOptions>
    expect(() => create(wrong)).to.throw(/has 2 faults: patterns has prices: .* startAt\.timestamp is -1: /)
  })
})
