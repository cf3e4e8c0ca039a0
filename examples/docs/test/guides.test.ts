import {
  createService,
  handler,
  Mediator,
  type MessageContext,
  memoryStore,
  memoryTransport,
  nativeJson,
} from '@gulo/core'
import { given, harness } from '@gulo/testing'
import {
  chargeOnce,
  createLoneWarehouse,
  createShop,
  createWarehouse,
  OutOfStockError,
  patient,
  policy,
  replayAll,
  TimeoutError,
} from '@gulo-examples/docs/failure-policies'
import { DeliveryAgreed, RemindLater, remindTheDayBefore } from '@gulo-examples/docs/handlers/context'
import { OrderPlaced as Placed, PlaceOrder } from '@gulo-examples/docs/handlers/messages'
import { OrderPlacedV1 as Isolated, mails, SendMail } from '@gulo-examples/docs/handlers/operating'
import {
  byBase,
  byPredicate,
  MovedV1,
  OrderPaid,
  OrderPlaced,
  OrderPlacedV1,
  OrderPlacedV2,
  oneSeveralNone,
  placeOrder,
  StockCounted,
  StockLowV1,
  twoVersions,
} from '@gulo-examples/docs/mapping'
import { arrived, parts } from '@gulo-examples/docs/parts'
import { accepted, reserved, stop } from '@gulo-examples/docs/readme'
import { createShop as createScheduling, done, FillBasket, operate, told } from '@gulo-examples/docs/scheduling'
import {
  CountOrders,
  counted,
  ForgetPrice,
  handleAgain,
  maintain,
  PriceChangedV1,
  priceList,
  OrderPlacedV1 as ShopOrderPlacedV1,
  sinceNewYear,
  statistics,
} from '@gulo-examples/docs/subscriptions'
import { read, smallMessages, speakingJson, written } from '@gulo-examples/docs/wire-formats'
import { expect } from 'chai'

const context: MessageContext = new Mediator({ handlers: [] }).createContext({ tenantId: 'acme' })
const placed = new OrderPlaced('4711', 'A-1', 2)

describe('the program of the README', () => {
  it('carries an order from one service to the other', async () => {
    expect(accepted).to.equal('4711')
    await stop()
    expect(reserved).to.deep.equal(['2 of A-1'])
  })
})

describe('the page on mapping', () => {
  it('maps to two versions at once', () => {
    expect(twoVersions().map(placed, context)).to.deep.equal([
      OrderPlacedV1.of({ orderId: '4711', sku: 'A-1', quantity: 2 }),
      OrderPlacedV2.of({ orderId: '4711', items: [{ sku: 'A-1', quantity: 2 }] }),
    ])
  })

  it('maps to one, several or none', () => {
    const counted = new StockCounted([
      { sku: 'A-1', left: 3 },
      { sku: 'A-2', left: 30 },
      { sku: 'A-3', left: 4 },
    ])
    expect(oneSeveralNone().map(counted, context)).to.deep.equal([
      StockLowV1.of({ sku: 'A-1', left: 3 }),
      StockLowV1.of({ sku: 'A-3', left: 4 }),
    ])
    expect(oneSeveralNone().map(placed, context)).to.deep.equal([])
  })

  it('maps by base class and by predicate', () => {
    expect(byBase.map(new OrderPaid('4711'), context)).to.deep.equal([{ orderId: '4711', change: 'OrderPaid' }])
    expect(byPredicate().map(placed, context)).to.deep.equal([{ name: 'OrderPlaced', tenant: 'acme' }])
    expect(() => byPredicate().map(new StockCounted([]), context)).to.throw(/StockCounted has no mapping/)
  })

  it('raises domain events and integration events side by side', async () => {
    await given(placeOrder)
      .when(PlaceOrder.of({ orderId: '4711', sku: 'A-1', quantity: 2 }))
      .raises(placed, OrderPlacedV1.of({ orderId: '4711', sku: 'A-1', quantity: 2 }))
  })

  it('chooses key and topic by contract', async () => {
    const move = handler(Placed, () => undefined)
    const service = createService({ name: 'parcels', handlers: [move], transport: memoryTransport() })
    await using test = await harness(service)
    await test.service().mediator.publish(MovedV1.of({ tenant: 'acme', parcelId: '7' }))
    await test.settled()
    const [envelope] = test.probes.published
    expect([envelope?.topic, envelope?.partitionKey]).to.deep.equal(['warehouse.movements', 'acme/7'])
  })
})

describe('the page on failure policies', () => {
  const failing = (error: Error) => handler(OrderPlacedV1, () => Promise.reject(error), { name: 'ReserveStock' })

  it('prints the policy as the page does', () => {
    expect(policy.describe()).to.deep.equal([
      'on TimeoutError: 5 attempts in place, waiting 200 ms·2ⁿ up to 10 s with full jitter, then again after 1 m, 15 m, then dead-letter',
      'on MaintenanceError: pause the subscription for 30 s and try again',
      'on LateError: discard',
      'on GULO_HANDLER_TIMEOUT: 2 attempts in place, waiting 1 s, then quarantine',
      'on a conflict: 10 attempts in place, waiting 100 ms·2ⁿ up to 30 s with full jitter, then dead-letter',
      'on an error that is not retryable: dead-letter',
      'on any error: 3 attempts in place, waiting 100 ms·2ⁿ up to 30 s with full jitter, then dead-letter',
    ])
  })

  it('dead-letters at once what no retry can help, and replays it', async () => {
    const store = memoryStore()
    const failures = [new OutOfStockError('none left')]
    const reserve = handler(OrderPlacedV1, async () => {
      const failure = failures.pop()
      if (failure) throw failure
    })
    await using test = await harness(createWarehouse(memoryTransport(), store, [reserve]), { overrides: { store } })
    await test.publish(OrderPlacedV1.of({ orderId: '4711', sku: 'A-1', quantity: 2 }))
    await test.settled()
    expect(test.probes.deadLettered).to.have.length(1)
    expect(await replayAll(store, test.service())).to.equal(1)
    expect(test.probes.handled).to.have.length(1)
    await test.advance('1h')
  })

  it('goes on when a failing message is set aside', async () => {
    await using test = await harness(createWarehouse(memoryTransport(), memoryStore(), [failing(new Error('broken'))]))
    await test.publish(OrderPlacedV1.of({ orderId: '4711', sku: 'A-1', quantity: 2 }))
    await test.settled()
    const [letter] = await test.store().deadLetters.find()
    expect(letter).to.include({ kind: 'dead-letter', reason: 'retries-exhausted', attempts: 3 })
  })

  it('tries again from retry topics, and says so as the page does', async () => {
    const attempts: number[] = []
    const reserve = handler(OrderPlacedV1, (_, { attempt }) => {
      attempts.push(attempt)
      if (attempt < 6) throw new TimeoutError('busy')
    })
    await using test = await harness(createLoneWarehouse(memoryTransport(), [reserve]))
    await test.publish(OrderPlacedV1.of({ orderId: '4711', sku: 'A-1', quantity: 2 }))
    await test.advance('20m')
    expect(attempts).to.deep.equal([1, 2, 3, 4, 5, 6])
    expect(patient.describe()[0]).to.equal(
      'on TimeoutError: 3 attempts in place, waiting 100 ms·2ⁿ up to 30 s with full jitter, then again from retry topics after 10 s, 1 m, 15 m, then dead-letter',
    )
  })

  it('keeps an event that the broker refuses, and publishes it when it is replayed', async () => {
    const store = memoryStore()
    const transport = memoryTransport()
    const shop = await createShop(transport, store, [placeOrder]).start()
    transport.broker.faults.failNextPublish()
    await shop.mediator.publish(OrderPlacedV1.of({ orderId: '4711', sku: 'A-1', quantity: 2 }))
    expect(await replayAll(store, shop)).to.equal(1)
    expect(await store.deadLetters.find({ status: 'replayed' })).to.have.length(1)
    await shop.stop()
  })

  it('charges a card once', async () => {
    const { idempotencyKeys } = memoryStore()
    let charged = 0
    const charge = async () => void charged++
    await chargeOnce(idempotencyKeys, '1', charge)
    await chargeOnce(idempotencyKeys, '1', charge)
    expect(charged).to.equal(1)
  })
})

describe('the page on handlers, across services', () => {
  it('reminds the day before', async () => {
    const seen: string[] = []
    const remind = handler(RemindLater, ({ orderId }) => void seen.push(orderId))
    await using test = await harness(createService({ name: 'shop', handlers: [remindTheDayBefore, remind] }))
    const agreed = new DeliveryAgreed('4711', new Date(test.clock.now() + 25 * 3_600_000))
    await test.service().mediator.publish(agreed)
    await test.advance('59m')
    expect(seen).to.deep.equal([])
    await test.advance('2m')
    expect(seen).to.deep.equal(['4711'])
  })

  it('gives an isolated handler a group of its own', async () => {
    const service = createService({ name: 'mails', handlers: [SendMail], transport: memoryTransport() })
    await using test = await harness(service)
    await test.publish(Isolated.of({ orderId: '4711' }))
    await test.settled()
    expect(mails).to.deep.equal(['4711'])
    expect(test.probes.handled.map(({ consumer }) => consumer)).to.deep.equal(['mails.send-mail/SendMail'])
  })
})

describe('the page on scheduling', () => {
  it('reminds of a basket once, forgets baskets, and makes the report of the night', async () => {
    await using test = await harness(createScheduling(memoryStore()))
    await test.send(FillBasket.of({ basketId: '1' }))
    await test.advance('1h')
    await test.send(FillBasket.of({ basketId: '1' }))
    await test.advance('2h')
    await test.advance('1s')
    expect(done.filter((each) => each.startsWith('remind'))).to.deep.equal(['remind 1'])
    expect(done.filter((each) => each.startsWith('report'))).to.deep.equal(['report of 2026-01-01'])
    expect(done.filter((each) => each === 'forget')).to.have.length(12)
    await operate(test.service())
    expect(told.at(-1)).to.equal('the run is waiting')
    await test.advance('1s')
    expect(done.filter((each) => each.startsWith('report'))).to.have.length(2)
  })
})

describe('the page on subscriptions', () => {
  const price = handler(PriceChangedV1, () => undefined, { name: 'price' })

  it('counts the orders of every shop', async () => {
    await using test = await harness(statistics(memoryTransport()))
    await test.publish(ShopOrderPlacedV1.of({ orderId: '1', shop: 'berlin' }))
    await test.publish(ShopOrderPlacedV1.of({ orderId: '2', shop: 'lima' }))
    await test.settled()
    expect(counted.toSorted()).to.deep.equal(['berlin 1', 'lima 2'])
    expect(test.probes.handled.map(({ consumer }) => consumer)).to.deep.equal(
      Array(2).fill(`statistics/${CountOrders.name}`),
    )
  })

  it('forgets a price in every instance', async () => {
    const transport = memoryTransport()
    const caches = [new Map([['A-1', 3]]), new Map([['A-1', 3]])]
    const services = caches.map((prices) =>
      createService({
        name: 'shop',
        handlers: [new ForgetPrice(prices)],
        transport: memoryTransport({ broker: transport.broker }),
      }),
    )
    for (const service of services) await service.start()
    await transport.start()
    await transport.forward([wireOf('A-1')])
    while (caches.some((prices) => prices.size > 0)) await new Promise((resolve) => setImmediate(resolve))
    for (const service of services) await service.stop()
  })

  it('learns old prices at its start, rests, and is moved', async () => {
    const transport = memoryTransport()
    const service = sinceNewYear({ name: 'shop', handlers: [price], transport })
    await service.start()
    await transport.forward([wireOf('A-1'), wireOf('A-2')])
    const prices = new Set<string>()
    const list = await priceList(transport, prices).start()
    const behind = async () => prices.size < 2 || (await service.lag()).some(({ lag }) => lag > 0)
    while (await behind()) await new Promise((resolve) => setImmediate(resolve))
    expect(await maintain(service, () => transport.forward([wireOf('A-3')]))).to.be.within(0, 1)
    const moving = await handleAgain(transport, service, new Date(0)).catch((error: { code: string }) => error.code)
    expect(moving).to.equal('GULO_GROUP_ACTIVE')
    await list.stop()
    await service.stop()
    const mover = memoryTransport({ broker: transport.broker })
    await mover.start()
    await handleAgain(mover, service, new Date(0))
    expect((await mover.lag('shop', [PRICE_CHANGED])).reduce((sum, { lag }) => sum + lag, 0)).to.equal(3)
  })
})

function wireOf(article: string) {
  const headers = { ce_specversion: '1.0', ce_id: article, ce_type: PRICE_CHANGED, ce_source: 'shop' }
  const body = new TextEncoder().encode(JSON.stringify({ article }))
  return {
    topic: PRICE_CHANGED,
    type: PRICE_CHANGED,
    key: article,
    body,
    headers: { ...headers, 'content-type': 'application/json' },
  }
}

const PRICE_CHANGED = 'shop.price.changed.v1'

describe('the parts by themselves', () => {
  it('publish and consume without a service', async () => {
    const running = await parts()
    while (arrived.length < 3) await new Promise((resolve) => setImmediate(resolve))
    for (const part of running) await part.stop()
    expect(arrived.toSorted()).to.deep.equal(['4711', '4711', '4712'])
  })
})

describe('the page on wire formats', () => {
  const envelope = {
    id: '1',
    type: 'shop.order.placed.v1',
    source: 'shop',
    topic: 'orders',
    payload: { orderId: '4711' },
  }

  it('writes and reads', () => {
    for (const codec of [nativeJson, smallMessages]) {
      const { body, headers } = written(codec, envelope)
      const received = { topic: 'orders', key: undefined, body, headers }
      expect(read(received as never)).to.deep.include({ id: '1', payload: { orderId: '4711' } })
    }
    expect(speakingJson().facts.kind).to.equal('kafka')
  })
})
