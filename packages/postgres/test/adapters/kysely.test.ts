import { kyselyTransactions } from '@gulo/postgres/kysely'
import { CamelCasePlugin, CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import { describeWithDatabase } from '../support/database.js'
import { databaseUrl, MAX, makeDatabase, WAIT_MS } from './database.js'
import { describeLibrary } from './suite.js'

interface Tables {
  items: { id: string; body: Buffer | null }
}

describeWithDatabase('Transactions', (pool) => {
  describeLibrary<Transaction<Tables>>({
    name: 'Kysely',
    database: () => makeDatabase(pool),
    async open({ schema }) {
      const own = new pg.Pool({ connectionString: databaseUrl, max: MAX, connectionTimeoutMillis: WAIT_MS })
      const kysely = new Kysely<Tables>({
        dialect: new PostgresDialect({ pool: own }),
        plugins: [new CamelCasePlugin()],
      })
      return {
        runner: kyselyTransactions(kysely),
        insert: (client, id, body = Buffer.alloc(0)) =>
          client.withSchema(schema).insertInto('items').values({ id, body }).execute(),
        select: async (client, sql) => (await client.executeQuery(CompiledQuery.raw(sql))).rows,
        close: () => kysely.destroy(),
      }
    },
  })
})
