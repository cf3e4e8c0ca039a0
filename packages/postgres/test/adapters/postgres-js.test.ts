import { postgresJsTransactions } from '@gulo/postgres/postgres-js'
import postgres, { type TransactionSql } from 'postgres'
import { describeWithDatabase } from '../support/database.js'
import { databaseUrl, MAX, makeDatabase } from './database.js'
import { describeLibrary } from './suite.js'

describeWithDatabase('Transactions', (pool) => {
  for (const [title, options] of [
    ['postgres.js', {}],
    // Neither plans that are kept, nor types that are asked for, nor columns by their own names.
    ['postgres.js through a pooler', { prepare: false, fetch_types: false, transform: postgres.camel }],
  ] as const) {
    describeLibrary<TransactionSql>({
      name: title,
      database: () => makeDatabase(pool),
      async open({ schema }) {
        const sql = postgres(databaseUrl, { ...options, max: MAX, onnotice: () => undefined })
        return {
          runner: postgresJsTransactions(sql),
          insert: (client, id, body = Buffer.alloc(0)) =>
            client`insert into ${client(`${schema}.items`)} ${client({ id, body })}`,
          select: async (client, text) => [...(await client.unsafe(text))],
          close: () => sql.end(),
        }
      },
      withoutPoolLimit: 'postgres.js waits for a connection without limit',
    })
  }
})
