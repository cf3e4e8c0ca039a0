import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryTransport } from '@gulo/core'
import { given, harness } from '@gulo/testing'
import {
  createInventory,
  createNotification,
  createOrdering,
  DuplicateOrderError,
  OrderPlaced,
  OrderPlacedV1,
  Orders,
  orderingHttp,
  PlaceOrder,
  PlaceOrderHandler,
  placeOrdersOf,
  ReserveStock,
  Stock,
  StockReservedV1,
} from '@gulo-examples/ecommerce'
import { expect } from 'chai'

const orderId = '6f1c1e1e-7a30-4f0a-9a55-0d6f0f6b4c11'
const order = PlaceOrder.of({ orderId, sku: 'A-1', quantity: 2 })
const near = { locate: async () => undefined }

describe('placing an order', () => {
  it('answers its id and says that it happened', async () => {
    await given(new PlaceOrderHandler(new Orders()))
      .when(order)
      .raises(new OrderPlaced(orderId, 'A-1', 2, 1))
    await given(new PlaceOrderHandler(new Orders())).when(order).answers(orderId)
  })

  it('is refused the second time', async () => {
    await given(new PlaceOrderHandler(new Orders())).after(order).when(order).rejects(DuplicateOrderError)
  })
})

describe('reserving stock', () => {
  it('says what is left', async () => {
    await given(new ReserveStock(new Stock(10), near))
      .when(OrderPlacedV1.of({ orderId, sku: 'A-1', quantity: 2, number: 1 }))
      .raises(StockReservedV1.of({ orderId, sku: 'A-1', left: 8 }))
  })

  it('fails for good when the stock is used up', async () => {
    await given(new ReserveStock(new Stock(1), near))
      .when(OrderPlacedV1.of({ orderId, sku: 'A-1', quantity: 2, number: 1 }))
      .rejects(/used up/)
  })
})

describe('the shop', () => {
  it('tells the customer that the goods are set aside', async () => {
    const told: string[] = []
    const transport = memoryTransport()
    const services = [
      createOrdering(transport),
      createInventory(transport),
      createNotification(transport, (text, of) => void told.push(`${of}: ${text}`)),
    ]
    await using test = await harness(services)
    await test.send(order, 'ordering')
    await test.settled()
    expect(told).to.deep.equal([`${orderId}: Your A-1 is set aside.`])
  })

  it('refuses an order that breaks the rules, before anything is stored', async () => {
    const orders = new Orders()
    await using test = await harness(createOrdering(memoryTransport(), orders))
    const app = orderingHttp(test.service('ordering').mediator)
    const post = (body: string) =>
      app.request('/orders', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    expect((await post(JSON.stringify({ orderId, sku: 'A-1', quantity: 0 }))).status).to.equal(400)
    expect((await post('{"orderId":')).status).to.equal(400)
    expect((await post(JSON.stringify({ ...order, extra: { deep: true } }))).status).to.be.oneOf([201, 400])
    expect(orders.count).to.be.at.most(1)
    expect(
      (await post(JSON.stringify({ orderId: '0b8a4f0e-2a6b-4a87-8f0e-4f4f9a0a1b11', sku: 'A-1', quantity: 1 }))).status,
    ).to.equal(201)
  })

  it('takes the orders of a file and reports bad lines by number', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orders-'))
    const path = join(folder, 'orders.ndjson')
    const line = (id: number) =>
      JSON.stringify({ orderId: `00000000-0000-4000-8000-00000000000${id}`, sku: 'A-1', quantity: 1 })
    await writeFile(
      path,
      [line(1), 'rubbish', '', line(2), '{"orderId":"x","sku":"A-1","quantity":1}', line(1), '[]', line(3)].join('\n'),
    )
    const orders = new Orders()
    await using test = await harness(createOrdering(memoryTransport(), orders))
    const report = await placeOrdersOf(path, test.service('ordering').mediator)
    await rm(folder, { recursive: true })
    expect(report.accepted).to.equal(3)
    expect(report.bad.map(({ line: number }) => number)).to.deep.equal([2, 5, 6, 7])
    expect(orders.ids()).to.have.length(3)
  })
})
