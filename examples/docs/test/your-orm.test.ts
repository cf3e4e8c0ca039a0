import { Mediator, withIntegrationEvents } from '@gulo/core'
import { migrate, type PgPool, type PostgresStore } from '@gulo/postgres'
import { importOrder, importWithin } from '@gulo-examples/docs/your-orm/by-hand'
import { ordersWithDrizzle } from '@gulo-examples/docs/your-orm/drizzle'
import { ordersWithKnex } from '@gulo-examples/docs/your-orm/knex'
import { ordersWithKysely } from '@gulo-examples/docs/your-orm/kysely'
import { Order as MikroOrmOrder, ordersWithMikroOrm } from '@gulo-examples/docs/your-orm/mikro-orm'
import { mapper, PlaceOrder } from '@gulo-examples/docs/your-orm/orders'
import { ordersWithPg } from '@gulo-examples/docs/your-orm/pg'
import { ordersWithPostgresJs } from '@gulo-examples/docs/your-orm/postgres-js'
import { placeForNewCustomer } from '@gulo-examples/docs/your-orm/savepoint'
import { ordersWithSequelize } from '@gulo-examples/docs/your-orm/sequelize'
import { ordersWithTypeorm, Order as TypeormOrder } from '@gulo-examples/docs/your-orm/typeorm'
import { MikroORM } from '@mikro-orm/postgresql'
import { expect } from 'chai'
import { drizzle } from 'drizzle-orm/node-postgres'
import makeKnex, { type Knex } from 'knex'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import postgresJs from 'postgres'
import { Sequelize } from 'sequelize'
import { DataSource } from 'typeorm'

const url = process.env['GULO_TEST_POSTGRES']
const reason = process.env['GULO_SKIP_POSTGRES'] ?? 'GULO_TEST_POSTGRES names no database'
const TABLES = 'create table orders (id text primary key); create table customers (id text primary key)'

type Wiring = {
  readonly store: PostgresStore
  readonly handlers: ConstructorParameters<typeof Mediator>[0]['handlers']
}

function mediatorOf({ store: { outbox: publisher, unitOfWork }, handlers }: Wiring) {
  return withIntegrationEvents(new Mediator({ handlers }), { mapper, publisher, unitOfWork })
}

async function stored(pool: PgPool): Promise<unknown> {
  const { rows } = await pool.query({
    text: `select (select array_agg(id order by id) from orders) as orders,
      (select array_agg(aggregateid order by seq) from gulo.outbox) as events`,
  })
  return rows[0]
}

const body = () => {
  const name = `gulo_docs_${process.pid}`
  const own = new URL(url ?? 'postgres://localhost')
  own.pathname = name
  let server: pg.Pool
  let pool: pg.Pool
  let knex: Knex

  before(async () => {
    server = new pg.Pool({ connectionString: url, max: 1 })
    await server.query(`create database ${name}`)
    pool = new pg.Pool({ connectionString: own.href })
    await migrate(pool)
    await pool.query(TABLES)
    knex = makeKnex({ client: 'pg', connection: own.href })
  })
  beforeEach(() => pool.query('delete from orders; delete from customers; delete from gulo.outbox'))
  after(async () => {
    await knex?.destroy()
    await pool?.end()
    await server?.query(`drop database ${name}`)
    await server?.end()
  })

  async function placesOrders(wiring: Wiring, close?: () => Promise<unknown>): Promise<void> {
    const mediator = mediatorOf(wiring)
    await mediator.send(PlaceOrder.of({ orderId: 'a' }))
    const again = await mediator.send(PlaceOrder.of({ orderId: 'a' })).catch((error: unknown) => error)
    await mediator.send(PlaceOrder.of({ orderId: 'b' }))
    await close?.()
    expect(again).to.be.instanceOf(Error)
    expect(await stored(pool)).to.deep.equal({ orders: ['a', 'b'], events: ['a', 'b'] })
  }

  it('is pg', () => placesOrders(ordersWithPg(pool)))
  it('is Knex', () => placesOrders(ordersWithKnex(pool, knex)))
  it('is postgres.js', () => {
    const sql = postgresJs(own.href)
    return placesOrders(ordersWithPostgresJs(pool, sql), () => sql.end())
  })
  it('is Kysely', () => {
    const dialect = new PostgresDialect({ pool: new pg.Pool({ connectionString: own.href }) })
    const kysely = new Kysely<{ orders: { id: string } }>({ dialect })
    return placesOrders(ordersWithKysely(pool, kysely), () => kysely.destroy())
  })
  it('is Drizzle', () => {
    const client = new pg.Pool({ connectionString: own.href })
    return placesOrders(ordersWithDrizzle(pool, drizzle({ client })), () => client.end())
  })
  it('is TypeORM', async () => {
    const source = await new DataSource({ type: 'postgres', url: own.href, entities: [TypeormOrder] }).initialize()
    await placesOrders(ordersWithTypeorm(pool, source), () => source.destroy())
  })
  it('is MikroORM', async () => {
    const orm = await MikroORM.init({ clientUrl: own.href, entities: [MikroOrmOrder] })
    await placesOrders(ordersWithMikroOrm(pool, orm), () => orm.close())
  })
  it('is Sequelize', async () => {
    const sequelize = new Sequelize(own.href, { logging: false })
    await placesOrders(ordersWithSequelize(pool, sequelize), () => sequelize.close())
  })

  it('lets the application begin transactions, and commands join them', async () => {
    const wiring = ordersWithKnex(pool, knex)
    const mediator = mediatorOf(wiring)
    await importOrder(wiring.store, mediator, knex, 'a')
    await importWithin(wiring.store, mediator, knex, 'b')
    const failed = await importOrder(wiring.store, mediator, knex, 'a').catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(Error)
    expect(await importWithin(wiring.store, mediator, knex, 'b').catch(() => 'failed')).to.equal('failed')
    expect(await stored(pool)).to.deep.equal({ orders: ['a', 'b'], events: ['a', 'b'] })
    expect(await knex('customers').pluck('id')).to.deep.equal(['customer of a'])
  })

  it('goes on behind a savepoint', async () => {
    const { store } = ordersWithKnex(pool, knex)
    const mediator = mediatorOf({ store, handlers: [placeForNewCustomer] })
    for (const orderId of ['a', 'b']) await mediator.send(PlaceOrder.of({ orderId }))
    expect(await stored(pool)).to.deep.equal({ orders: ['a', 'b'], events: ['a', 'b'] })
  })
}

if (url) {
  describe('The library of an application', function () {
    // Dropping a database waits for a checkpoint of the whole server.
    this.timeout(120_000)
    body()
  })
} else describe.skip(`The library of an application [skipped: ${reason}]`, body)
