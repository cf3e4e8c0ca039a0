import {
  Command,
  Contract,
  createService,
  DomainEvent,
  EventMapper,
  handler,
  IntegrationEvent,
  type MessageContext,
  memoryBroker,
  memoryTransport,
  type Result,
  result,
} from '@gulo/core'
import type { PostgresTransaction } from '@gulo/postgres'
import { expect } from 'chai'
import { describeWithDatabase, makeStore } from './support/database.js'

class PlaceOrder extends Command<Result<void>> {
  readonly orderId!: string
  readonly fails!: boolean
}
class OrderPlaced extends DomainEvent {
  constructor(readonly orderId: string) {
    super()
  }
}
@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}

const sql = (context: MessageContext) => context.transaction as PostgresTransaction

describeWithDatabase('Two services on PostgreSQL', (pool) => {
  async function start() {
    const broker = memoryBroker()
    const [one, two] = [await makeStore(pool), await makeStore(pool)]
    for (const { schema } of [one, two])
      await pool.query(`create table ${schema}.orders (id text primary key, stock int)`)
    const mapper = new EventMapper()
    mapper.register(OrderPlaced, OrderPlacedV1)
    const place = handler(PlaceOrder, async ({ orderId, fails }, context) => {
      await sql(context).query(`insert into ${one.schema}.orders values ($1, 0)`, [orderId])
      if (fails) throw new Error('changed my mind')
      return result(undefined, new OrderPlaced(orderId))
    })
    const reserve = handler(OrderPlacedV1, async ({ orderId }, context) => {
      await sql(context).query(
        `insert into ${two.schema}.orders values ($1, 1) on conflict (id) do update set stock = ${two.schema}.orders.stock + 1`,
        [orderId],
      )
    })
    const ordering = createService({
      name: 'ordering',
      handlers: [place],
      mapper,
      store: one.store,
      transport: memoryTransport({ broker }),
    })
    const inventory = createService({
      name: 'inventory',
      handlers: [reserve],
      store: two.store,
      transport: memoryTransport({ broker }),
    })
    await inventory.start()
    await ordering.start()
    const rows = async (schema: string) => (await pool.query(`select id, stock from ${schema}.orders order by id`)).rows
    const stop = async () => {
      await ordering.stop()
      await inventory.stop()
      await one.dispose()
      await two.dispose()
    }
    return { ordering, inventory, one, two, rows, stop, broker }
  }

  it('keep state and event of an order together, and reserve once', async () => {
    const { ordering, one, two, rows, stop } = await start()
    await ordering.mediator.send(PlaceOrder.of({ orderId: 'a', fails: false }))
    await ordering.mediator.send(PlaceOrder.of({ orderId: 'b', fails: true })).catch(() => undefined)
    await ordering.mediator.send(PlaceOrder.of({ orderId: 'c', fails: false }))
    let found = await rows(two.schema)
    while (found.length < 2) found = await rows(two.schema)
    expect(await rows(one.schema)).to.deep.equal([
      { id: 'a', stock: 0 },
      { id: 'c', stock: 0 },
    ])
    expect(found).to.deep.equal([
      { id: 'a', stock: 1 },
      { id: 'c', stock: 1 },
    ])
    const { rows: left } = await pool.query(`select count(*)::int as left from ${one.schema}.outbox`)
    while (left[0].left > 0)
      left[0] = (await pool.query(`select count(*)::int as left from ${one.schema}.outbox`)).rows[0]
    await stop()
  })
})
