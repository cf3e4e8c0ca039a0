import { knexTransactions } from '@gulo/postgres/knex'
import knex, { type Knex } from 'knex'
import { describeWithDatabase } from '../support/database.js'
import { databaseUrl, MAX, makeDatabase, renamed, WAIT_MS } from './database.js'
import { describeLibrary } from './suite.js'

describeWithDatabase('Transactions', (pool) => {
  describeLibrary<Knex.Transaction>({
    name: 'Knex',
    database: () => makeDatabase(pool),
    async open({ schema }) {
      const own = knex({
        client: 'pg',
        connection: databaseUrl,
        pool: { min: 0, max: MAX },
        acquireConnectionTimeout: WAIT_MS,
        postProcessResponse: renamed,
        // It says on the console that no connection became free, beside rejecting.
        log: { error: () => undefined, warn: () => undefined },
      })
      return {
        runner: knexTransactions(own),
        insert: (client, id, body) => client('items').withSchema(schema).insert({ id, body }),
        select: async (client, sql) => (await client.raw(sql)).rows,
        rollBack: (client) => client.rollback(),
        close: () => own.destroy(),
      }
    },
  })
})
