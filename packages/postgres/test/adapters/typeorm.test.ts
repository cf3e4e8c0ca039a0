import { typeormTransactions } from '@gulo/postgres/typeorm'
import { DataSource, type EntityManager, EntitySchema } from 'typeorm'
import { describeWithDatabase } from '../support/database.js'
import { databaseUrl, MAX, makeDatabase, WAIT_MS } from './database.js'
import { describeLibrary } from './suite.js'

describeWithDatabase('Transactions', (pool) => {
  describeLibrary<EntityManager>({
    name: 'TypeORM',
    database: () => makeDatabase(pool),
    async open({ schema }) {
      const items = new EntitySchema<{ id: string; body: Buffer | undefined }>({
        name: 'items',
        schema,
        columns: { id: { type: 'text', primary: true }, body: { type: 'bytea', nullable: true } },
      })
      const source = await new DataSource({
        type: 'postgres',
        url: databaseUrl,
        entities: [items],
        extra: { max: MAX, connectionTimeoutMillis: WAIT_MS },
      }).initialize()
      return {
        runner: typeormTransactions(source),
        insert: (client, id, body) => client.insert(items, { id, body }),
        select: (client, sql) => client.query(sql),
        rollBack: async (client) => client.queryRunner?.rollbackTransaction(),
        close: () => source.destroy(),
      }
    },
  })
})
