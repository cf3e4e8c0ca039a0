import { pgTransactions } from '@gulo/postgres/pg'
import pg from 'pg'
import { describeWithDatabase } from '../support/database.js'
import { databaseUrl, MAX, makeDatabase, WAIT_MS } from './database.js'
import { describeLibrary } from './suite.js'

describeWithDatabase('Transactions', (pool) => {
  describeLibrary<pg.PoolClient>({
    name: 'pg',
    database: () => makeDatabase(pool),
    async open({ schema }) {
      const own = new pg.Pool({ connectionString: databaseUrl, max: MAX, connectionTimeoutMillis: WAIT_MS })
      return {
        runner: pgTransactions(own),
        insert: (client, id, body) => client.query(`insert into ${schema}.items values ($1, $2)`, [id, body]),
        select: async (client, sql) => (await client.query(sql)).rows,
        rollBack: (client) => client.query('rollback'),
        close: () => own.end(),
      }
    },
  })
})
