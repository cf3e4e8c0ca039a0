import { mikroOrmTransactions } from '@gulo/postgres/mikro-orm'
import { EntitySchema, MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql'
import { describeWithDatabase } from '../support/database.js'
import { databaseUrl, MAX, makeDatabase, WAIT_MS } from './database.js'
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
})
