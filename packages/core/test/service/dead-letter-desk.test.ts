import {
  anyError,
  createService,
  type DeadLetter,
  EventPublisher,
  failurePolicy,
  fixed,
  handler,
  memoryBroker,
  memoryStore,
  memoryTransport,
  type Service,
  type Signal,
} from '@gulo/core'
import { expect } from 'chai'
import { expectFault, OrderPlacedV1 } from '../bad-input/stage.js'
import { failure } from '../support/failure.js'
import { quietLogger } from '../support/scene.js'

const by = { actor: 'ada', reason: 'ticket 7', perSecond: 100_000 }

describe('the dead letters of a service', () => {
  const broker = () => memoryBroker()
  let store: ReturnType<typeof memoryStore>
  let shared: ReturnType<typeof broker>
  let services: Service[]
  let handled: string[]
  let fails: (orderId: string) => boolean
  let signals: Signal[]

  const start = async (options: object = {}) => {
    const reserve = handler(
      OrderPlacedV1,
      async ({ orderId }) => {
        await new Promise((resolve) => setImmediate(resolve))
        if (fails(orderId)) throw Object.assign(new Error(`no shelf ${orderId}`), { code: 'NO_SHELF' })
        handled.push(orderId)
      },
      { name: 'reserve' },
    )
    const service = createService({
      name: 'inventory',
      handlers: [reserve],
      transport: memoryTransport({ broker: shared }),
      store,
      policy: failurePolicy(anyError().retry(2, fixed(0))),
      logger: quietLogger,
      observers: [(signal) => void signals.push(signal)],
      ...options,
    })
    services.push(service)
    return service.start()
  }
  /** So many letters of orders `1`, `2`, … */
  const letters = async (count: number) => {
    const publisher = new EventPublisher({ transport: memoryTransport({ broker: shared }), source: 'outside' })
    await publisher.start()
    const ids = Array.from({ length: count }, (_, index) => String(index + 1))
    for (const orderId of ids) await publisher.publish(OrderPlacedV1.of({ orderId }))
    await publisher.stop()
    while ((await store.deadLetters.find({ limit: 1000 })).length < count)
      await new Promise((resolve) => setImmediate(resolve))
    return (await store.deadLetters.page({ limit: 1000 })).letters
  }

  beforeEach(() => {
    ;[store, shared, services, handled, signals] = [memoryStore(), broker(), [], [], []]
    fails = () => true
  })
  afterEach(async () => {
    for (const service of services) await service.stop().catch(() => undefined)
  })

  it('tell each attempt that failed, also those before a replay', async () => {
    const inventory = await start()
    const [letter] = await letters(1)
    const told = (of: DeadLetter | undefined) => of?.attemptLog?.map(({ attempt, code }) => [attempt, code])
    expect(told(letter)).to.deep.equal([
      [1, 'NO_SHELF'],
      [2, 'NO_SHELF'],
    ])
    for (const { at, message, durationMs } of letter?.attemptLog ?? []) {
      expect(message).to.equal('no shelf 1')
      expect(durationMs).to.be.a('number')
      expect(Date.parse(at)).to.be.a('number')
    }
    await inventory.deadLetters.replay(letter?.id as string, by)
    const { letters: again } = await inventory.deadLetters.page({ status: 'new' })
    expect(told(again[0])).to.have.length(4)
    expect(again[0]).to.include({ replayCount: 1 })
  })

  it('are replayed by cause, oldest first, once for two operators of two instances', async () => {
    const [one, two] = [await start(), await start()]
    await letters(50)
    const [group] = await one.deadLetters.groups()
    expect(group).to.include({ count: 50 })
    fails = () => false
    const { fingerprint } = group as { fingerprint: string }
    const reports = await Promise.all([
      one.deadLetters.replay({ fingerprint }, by),
      two.deadLetters.replay({ fingerprint }, { ...by, actor: 'bob' }),
    ])
    expect(reports[0].replayed + reports[1].replayed).to.equal(50)
    expect([...handled].sort()).to.deep.equal(Array.from({ length: 50 }, (_, index) => String(index + 1)).sort())
    expect(await one.deadLetters.count()).to.deep.equal({ new: 0, replaying: 0, replayed: 50, discarded: 0 })
  })

  it('are replayed once each in a run that fails again, and only as many as asked for', async () => {
    const inventory = await start()
    await letters(30)
    expect(await inventory.deadLetters.replay({}, { ...by, limit: 25 })).to.include({ replayed: 25, failed: 0 })
    expect(await inventory.deadLetters.count()).to.include({ new: 30, replayed: 25 })
    expect(await inventory.deadLetters.replay({}, by)).to.include({ replayed: 30 })
    expect(await inventory.deadLetters.count()).to.include({ new: 30, replayed: 55 })
  })

  it('stay as they are when nobody could take them, with the reason in their history', async () => {
    await start()
    const [letter] = await letters(1)
    const other = await start({ name: 'other', handlers: [] })
    const report = await other.deadLetters.replay({}, by)
    expect(report).to.include({ replayed: 0, failed: 1 })
    expect(report.errors[0]?.error).to.match(/belongs to the consumer inventory\/reserve/)
    const [deed] = await other.deadLetters.history(letter?.id as string)
    expect(deed).to.include({ action: 'replay-failed', actor: 'ada', reason: 'ticket 7' })
    expect(await other.deadLetters.count()).to.include({ new: 1 })
  })

  it('are left when the run is ended', async () => {
    const inventory = await start()
    await letters(30)
    const ending = new AbortController()
    fails = () => {
      ending.abort()
      return false
    }
    const report = await inventory.deadLetters.replay({}, { ...by, perSecond: 50, signal: ending.signal })
    expect(report.replayed).to.be.below(30)
    expect(await inventory.deadLetters.count()).to.include({ replaying: 0, replayed: report.replayed })
  })

  it('are replayed as they were edited, and kept as they were received', async () => {
    const inventory = await start()
    const [letter] = await letters(1)
    fails = (orderId) => orderId !== 'mended'
    const body = new TextEncoder().encode('{"orderId":"mended"}')
    await inventory.deadLetters.edit(letter?.id as string, { body }, by)
    await inventory.deadLetters.replay(letter?.id as string, by)
    expect(handled).to.deep.equal(['mended'])
    const [kept] = (await inventory.deadLetters.page({ status: 'replayed' })).letters
    expect(new TextDecoder().decode(kept?.message.body ?? undefined)).to.equal('{"orderId":"1"}')
    expect((await inventory.deadLetters.history(letter?.id as string)).map(({ action }) => action)).to.deep.equal([
      'edited',
      'replayed',
    ])
  })

  it('are discarded and restored, one or many', async () => {
    const inventory = await start()
    const [letter] = await letters(3)
    const id = letter?.id as string
    expect(await inventory.deadLetters.discard(id, by)).to.equal(1)
    expectFault(await failure(inventory.deadLetters.discard(id, by)), 'GULO_DEAD_LETTER_STATE')
    expectFault(await failure(inventory.deadLetters.edit(id, { body: null }, by)), 'GULO_DEAD_LETTER_STATE')
    expect(await inventory.deadLetters.discard({ consumer: 'inventory/reserve' }, by)).to.equal(2)
    expect(await inventory.deadLetters.restore({}, by)).to.equal(3)
    expectFault(await failure(inventory.deadLetters.restore('nowhere', by)), 'GULO_DEAD_LETTER_UNKNOWN')
    fails = () => false
    await inventory.deadLetters.replay({}, by)
    expect(handled).to.have.length(3)
  })

  it('are changed only by somebody who has a name, and only as they can be', async () => {
    const { deadLetters } = await start()
    const wrong: (() => Promise<unknown>)[] = [
      () => deadLetters.replay({}, { actor: '' }),
      () => deadLetters.replay({}, undefined as never),
      () => deadLetters.replay({}, { ...by, perSecond: 0 }),
      () => deadLetters.replay({}, { ...by, limit: -1 }),
      () => deadLetters.replay({ fingerprints: 'x' } as never, by),
      () => deadLetters.discard({}, { actor: ' ' }),
      () => deadLetters.discard(undefined as never, by),
      () => deadLetters.restore({}, { actor: 7 as never }),
      () => deadLetters.edit('x', {}, by),
      () => deadLetters.edit('x', { body: 'text' as never }, by),
      () => deadLetters.edit('x', { headers: 'text' as never }, by),
      () => deadLetters.edit('x', { body: null }, { actor: 'ada', reason: 7 as never }),
    ]
    for (const call of wrong) expectFault(await failure(call()), 'GULO_DEAD_LETTER_REQUEST')
  })

  it('can do less where their store can', async () => {
    const { add, find, mark } = memoryStore().deadLetters
    const bare = { add, find, mark }
    const { deadLetters } = await start({ store: { deadLetters: bare } })
    for (const call of [
      () => deadLetters.page(),
      () => deadLetters.groups(),
      () => deadLetters.history('x'),
      () => deadLetters.replay({}, by),
    ])
      expectFault(await failure(call()), 'GULO_DEAD_LETTERS_LIMITED')
  })
})
