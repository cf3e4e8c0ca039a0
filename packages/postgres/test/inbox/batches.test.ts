import {
  Contract,
  createService,
  handler,
  IntegrationEvent,
  type MessageContext,
  type ReceivedMessage,
  type Signal,
  type Transport,
  type TransportSubscription,
} from '@gulo/core'
import type { PostgresTransaction } from '@gulo/postgres'
import { expect } from 'chai'
import type pg from 'pg'
import { describeWithDatabase, makeStore } from '../support/database.js'

const TYPE = 'ordering.order.placed.v1'

@Contract(TYPE, { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}
@Contract('inventory.stock.reserved.v1', { key: 'orderId' })
class StockReservedV1 extends IntegrationEvent {
  readonly orderId!: string
}

/** Delivers what it is handed, again and again until it is acknowledged. */
class HandTransport implements Transport {
  private subscription: TransportSubscription | undefined
  async start(): Promise<void> {}
  async stop(): Promise<void> {}
  async publish(): Promise<void> {}
  async forward(): Promise<void> {}
  async subscribe(subscription: TransportSubscription) {
    this.subscription = subscription
    return { close: async () => undefined }
  }

  async deliver(messages: readonly ReceivedMessage[]): Promise<void> {
    for (let left = messages; left.length > 0; ) {
      const settled = await Promise.allSettled(this.subscription?.deliver(left) ?? [])
      left = left.filter((_, index) => settled[index]?.status !== 'fulfilled')
    }
  }
}

const sql = (context: MessageContext) => context.transaction as PostgresTransaction
const idOf = (index: number) => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`

function messages(count: number, from = 0): readonly ReceivedMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    topic: TYPE,
    partition: 0,
    offset: String(index),
    queue: undefined,
    timestamp: 0,
    redeliveries: 0,
    key: undefined,
    body: new TextEncoder().encode(JSON.stringify({ orderId: `o-${from + index}` })),
    headers: {
      ce_specversion: '1.0',
      ce_id: idOf(from + index),
      ce_type: TYPE,
      ce_source: 'ordering',
      'content-type': 'application/json',
    },
  }))
}

describeWithDatabase('Batches of messages on PostgreSQL', (pool) => {
  type Handle = (event: OrderPlacedV1, context: MessageContext) => Promise<void>

  /** Instances of one service, whose handler writes a row in its transaction and raises an event. */
  async function start(instances = 1, handle: Handle = async () => undefined) {
    const { store, schema, dispose } = await makeStore(pool)
    await pool.query(`create table ${schema}.effect (order_id text, tx bigint default txid_current())`)
    const signals: Signal[] = []
    const reserve = handler(OrderPlacedV1, async (event, context) => {
      await sql(context).query(`insert into ${schema}.effect (order_id) values ($1)`, [event.orderId])
      await context.publish(Object.assign(new StockReservedV1(), { orderId: event.orderId }))
      await handle(event, context)
    })
    const transports = Array.from({ length: instances }, () => new HandTransport())
    const services = transports.map((transport) =>
      createService({
        name: 'inventory',
        handlers: [reserve],
        // The outbox fills up: what is raised is counted in its table.
        store: {
          unitOfWork: store.unitOfWork,
          outbox: stuck(store.outbox),
          inbox: store.inbox,
          attempts: store.attempts,
        },
        transport,
        // Deliveries of one message at the same time look like attempts that do not end.
        maxUnfinishedAttempts: 20,
        // However slow the machine is.
        batch: { maxMs: 60_000 },
        observers: [(signal) => void signals.push(signal)],
        logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
      }),
    )
    for (const service of services) await service.start()
    const stop = async () => {
      for (const service of services) await service.stop({ deadlineMs: 2000 })
      await dispose()
    }
    const told = (kind: Signal['kind']) => signals.filter((signal) => signal.kind === kind).length
    return { transports, schema, stop, told }
  }

  it('commit once, with one row in each table for each message', async () => {
    const { transports, schema, stop, told } = await start()
    await transports[0]?.deliver(messages(100))
    expect(await counts(pool, schema)).to.deep.equal({
      effects: 100,
      orders: 100,
      transactions: 1,
      done: 100,
      events: 100,
      open: 0,
    })
    expect(told('handled')).to.equal(100)
    await stop()
  })

  it('give each message one effect where several consumers get all of them at once, shuffled and twice', async () => {
    const { transports, schema, stop, told } = await start(3)
    const all = messages(120)
    const shuffled = [...all.slice(60), ...all, ...all.slice(0, 60)]
    await Promise.all([
      transports[0]?.deliver(all),
      transports[1]?.deliver([...all].reverse()),
      transports[2]?.deliver(shuffled),
    ])
    expect(await counts(pool, schema)).to.include({ effects: 120, orders: 120, done: 120, events: 120, open: 0 })
    expect(told('handled')).to.equal(120)
    expect(told('duplicate')).to.equal(360)
    await stop()
  })

  it('leave nothing of a batch that fails but what each message does alone', async () => {
    const { transports, schema, stop, told } = await start(1, async ({ orderId }, context) => {
      if (orderId === 'o-7') await sql(context).query('select 1 / 0')
    })
    await transports[0]?.deliver(messages(20))
    expect(await counts(pool, schema)).to.include({ effects: 19, orders: 19, done: 19, events: 19, open: 0 })
    expect(told('dead-lettered')).to.equal(1)
    expect(told('handled')).to.equal(19)
    await stop()
  })

  it('lose nothing and do nothing twice when the connection breaks in the midst of a batch', async () => {
    let breaks = 2
    const { transports, schema, stop } = await start(1, async ({ orderId }, context) => {
      if (!['o-30', 'o-60'].includes(orderId) || breaks === 0) return
      breaks -= 1
      const { rows } = await sql(context).query<{ pid: number }>('select pg_backend_pid() as pid')
      await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    })
    await transports[0]?.deliver(messages(100))
    expect(await counts(pool, schema)).to.include({ effects: 100, orders: 100, done: 100, events: 100, open: 0 })
    await stop()
  })

  it('do nothing twice when the answer to the commit is lost', async () => {
    let fails = true
    const { transports, schema, stop, told } = await start(1, async ({ orderId }, context) => {
      if (orderId !== 'o-9' || !fails) return
      fails = false
      // As if the connection broke right after the server had committed.
      sql(context).beforeCommit(async (transaction) => {
        await transaction.query('commit')
        const { rows } = await transaction.query<{ pid: number }>('select pg_backend_pid() as pid')
        await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
      })
    })
    await transports[0]?.deliver(messages(10))
    const found = await counts(pool, schema)
    expect(found).to.include({ effects: 10, orders: 10, done: 10, transactions: 1, open: 0 })
    expect(told('duplicate')).to.equal(10)
    await stop()
  })
})

function stuck<T extends object>(outbox: T): T {
  return new Proxy(outbox, {
    get: (target, name) => {
      if (name === 'claim') return async () => []
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

async function counts(pool: pg.Pool, schema: string) {
  const { rows } = await pool.query(
    `select (select count(*)::int from ${schema}.effect) as effects,
       (select count(distinct order_id)::int from ${schema}.effect) as orders,
       (select count(distinct tx)::int from ${schema}.effect) as transactions,
       (select count(*)::int from ${schema}.inbox) as done,
       (select count(*)::int from ${schema}.outbox) as events,
       (select count(*)::int from ${schema}.attempt) as open`,
  )
  return rows[0]
}
