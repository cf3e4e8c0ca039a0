import { mikroOrmTransactions } from '@gulo/postgres/mikro-orm'
import { EntitySchema, MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql'
import { expect } from 'chai'
import { describeWithDatabase, makeStore } from '../support/database.js'
import { event } from '../support/writers.js'
import { databaseUrl, itemsOf, MAX, makeDatabase, WAIT_MS } from './database.js'
import { describeLibrary } from './suite.js'

interface Item {
  id: string
  body: Buffer | null
}

describeWithDatabase('Transactions', (pool) => {
  describeLibrary<SqlEntityManager>({
    name: 'MikroORM',
    database: () => makeDatabase(pool),
    async open({ schema }) {
      const items = new EntitySchema<Item>({
        name: 'Item',
        tableName: 'items',
        schema,
        properties: { id: { type: 'text', primary: true }, body: { type: 'blob', nullable: true } },
      })
      const orm = await MikroORM.init({
        clientUrl: databaseUrl,
        entities: [items],
        pool: { min: 0, max: MAX },
        driverOptions: { acquireConnectionTimeout: WAIT_MS },
        discovery: { warnWhenNoEntities: false },
      })
      return {
        runner: mikroOrmTransactions(orm.em),
        insert: (client, id, body = Buffer.alloc(0)) => client.insert(items, { id, body }),
        select: (client, sql) => client.execute(sql),
        rollBack: (client) => client.rollback(),
        close: () => orm.close(),
      }
    },
  })

  it('of MikroORM write its entities before the events', async () => {
    const { store, schema, dispose } = await makeStore(pool)
    const items = new EntitySchema<Item>({
      name: 'Item',
      tableName: 'items',
      schema,
      properties: { id: { type: 'text', primary: true }, body: { type: 'blob', nullable: true } },
    })
    await pool.query(itemsOf(schema))
    const orm = await MikroORM.init({ clientUrl: databaseUrl, entities: [items] })
    const written: string[] = []
    await store.outbox.transaction(mikroOrmTransactions(orm.em), async (transaction) => {
      const em = transaction.client as SqlEntityManager
      em.getTransactionContext()?.on('query', ({ sql }: { sql: string }) => {
        const table = /^insert into \S+\."?(\w+)/.exec(sql)?.[1]
        if (table !== undefined) written.push(table)
      })
      await store.outbox.publish([event('a')], { transaction })
      em.persist(em.create(items, { id: 'a', body: null }))
    })
    expect(written).to.deep.equal(['items', 'outbox'])
    await orm.close()
    await dispose()
  })
})
