import {
  anyError,
  Consumer,
  createService,
  EventPublisher,
  failurePolicy,
  handler,
  memoryBroker,
  memoryStore,
  memoryTransport,
  onError,
  type Service,
  type Signal,
} from '@gulo/core'
import { expect } from 'chai'
import { expectFault, OrderPlacedV1 } from '../bad-input/stage.js'
import { failure } from '../support/failure.js'
import { quietLogger } from '../support/scene.js'

const by = { actor: 'ada' }
const kept = failurePolicy(anyError().deadLetter({ keepOrder: true }))

describe('The order behind a dead letter', () => {
  let store: ReturnType<typeof memoryStore>
  let broker: ReturnType<typeof memoryBroker>
  let services: Service[]
  let handled: string[]
  let failing: Set<string>
  let signals: Signal[]
  let woken: (() => void)[]

  const start = async (options: object = {}) => {
    const handle = (name: string) =>
      handler(
        OrderPlacedV1,
        async ({ orderId, data }) => {
          await new Promise((resolve) => setImmediate(resolve))
          if (failing.has(`${name} ${String(data)}`)) throw new Error('boom')
          handled.push(`${name} ${orderId}${String(data)}`)
        },
        { name },
      )
    const service = createService({
      name: 'inventory',
      handlers: [handle('one'), handle('two')],
      transport: memoryTransport({ broker, redeliveryDelayMs: 5 }),
      store,
      policy: kept,
      logger: quietLogger,
      observers: [
        (signal) => {
          signals.push(signal)
          for (const wake of woken.splice(0)) wake()
        },
      ],
      ...options,
    })
    services.push(service)
    return service.start()
  }
  const publish = async (...events: [string, number][]) => {
    const publisher = new EventPublisher({ transport: memoryTransport({ broker }), source: 'outside' })
    await publisher.start()
    for (const [orderId, data] of events) await publisher.publish(OrderPlacedV1.of({ orderId, data }))
    await publisher.stop()
  }
  const when = async (holds: () => boolean) => {
    while (!holds()) await new Promise<void>((resolve) => woken.push(resolve))
  }
  const count = (kind: Signal['kind']) => signals.filter((signal) => signal.kind === kind).length
  const letter = async () => (await store.deadLetters.find({ status: 'new' }))[0]?.id as string

  beforeEach(() => {
    ;[store, broker, services, handled, signals, woken] = [memoryStore(), memoryBroker(), [], [], [], []]
    failing = new Set()
  })
  afterEach(async () => {
    for (const service of services) await service.stop().catch(() => undefined)
  })

  it('holds all handlers of the group, for its key only, until the letter is replayed', async () => {
    failing.add('one 1')
    const service = await start()
    await publish(['a', 1], ['a', 2], ['a', 3], ['b', 1], ['b', 2])
    await when(() => count('parked') === 4 && count('dead-lettered') === 2)
    // The message itself went to its other handler.
    expect(handled.filter((each) => each.includes('a'))).to.deep.equal(['two a1'])
    failing.clear()
    handled = []
    for (const { id } of await store.deadLetters.find()) await service.deadLetters.replay(id, by)
    await when(() => handled.filter((each) => each.includes('a')).length === 5)
    expect(handled.filter((each) => each.includes('a'))).to.deep.equal([
      'one a1',
      'one a2',
      'two a2',
      'one a3',
      'two a3',
    ])
  })

  it('is released when the letter is discarded, and held again by one that fails on its way', async () => {
    failing = new Set(['one 1', 'one 3'])
    const service = await start()
    await publish(['a', 1], ['a', 2], ['a', 3], ['a', 4])
    await when(() => count('parked') === 6)
    handled = []
    await service.deadLetters.discard(await letter(), by)
    await when(() => count('dead-lettered') === 2)
    expect(handled).to.deep.equal(['one a2', 'two a2'])
    failing.clear()
    await service.replay(await letter())
    await when(() => handled.length === 6)
    expect(handled.slice(2)).to.deep.equal(['one a3', 'two a3', 'one a4', 'two a4'])
  })

  it('is released after a restart, also by a service whose policy keeps none', async () => {
    failing.add('one 1')
    const first = await start()
    await publish(['a', 1], ['a', 2])
    await when(() => count('parked') === 2)
    await first.stop()
    await store.deadLetters.mark(await letter(), 'discarded')
    handled = []
    await start({ policy: failurePolicy() })
    await when(() => handled.length === 2)
    expect(handled).to.deep.equal(['one a2', 'two a2'])
  })

  it('is no affair of letters of other rules, or of messages without a key', async () => {
    class Minor extends Error {}
    failing = new Set()
    const policy = failurePolicy(onError(Minor).deadLetter(), anyError().deadLetter({ keepOrder: true }))
    let fails = true
    const one = handler(
      OrderPlacedV1,
      ({ orderId }) => {
        handled.push(orderId)
        if (fails) {
          fails = false
          throw new Minor('minor')
        }
      },
      { name: 'one' },
    )
    await start({ policy, handlers: [one] })
    await publish(['a', 1], ['a', 2])
    await when(() => handled.length === 2)
    expect(count('parked')).to.equal(0)
  })

  it('is kept behind an error that is not retryable as behind any', async () => {
    let fails = true
    const one = handler(
      OrderPlacedV1,
      ({ data }) => {
        if (fails) throw Object.assign(new Error('x'), { retryable: false })
        handled.push(String(data))
      },
      { name: 'one' },
    )
    const service = await start({ handlers: [one] })
    await publish(['a', 1], ['a', 2])
    await when(() => count('parked') === 1)
    fails = false
    await service.deadLetters.replay({}, by)
    await when(() => handled.length === 2)
    expect(handled).to.deep.equal(['1', '2'])
  })

  it('is said in words', () => {
    expect(kept.describe().at(0)).to.match(/^on an error that is not retryable: dead-letter, with later/)
    expect(kept.describe().at(-1)).to.equal(
      'on any error: dead-letter, with later messages of its key waiting behind it',
    )
    expect(kept.keepsOrder).to.equal(true)
    expect(failurePolicy().keepsOrder).to.equal(false)
  })

  it('is refused where messages pass, or where nothing can be held', async () => {
    for (const rule of [anyError().schedule(['1s']), anyError().retryTopics(['1s'])]) {
      try {
        failurePolicy(rule.deadLetter({ keepOrder: true }))
        expect.fail('it was not refused')
      } catch (error) {
        expectFault(error as Error, 'GULO_POLICY_INVALID')
      }
    }
    const { inbox, deadLetters, unitOfWork } = store
    expectFault(await failure(start({ store: { inbox, deadLetters, unitOfWork } })), 'GULO_CONTRADICTION')
    const broadcast = handler(OrderPlacedV1, () => undefined, { name: 'all', broadcast: true })
    expectFault(await failure(start({ handlers: [broadcast] })), 'GULO_CONTRADICTION')
    const transport = memoryTransport({ broker })
    const consumer = new Consumer({ transport, group: 'inventory', policy: kept, deadLetters })
    consumer.handle(OrderPlacedV1, () => undefined, { name: 'one' })
    await transport.start()
    expectFault(await failure(consumer.start()), 'GULO_CONFIGURATION_INVALID')
    await transport.stop()
  })
})
