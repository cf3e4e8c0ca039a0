import { drizzleTransactions } from '@gulo/postgres/drizzle'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { customType, type PgDatabase, type PgTransaction, pgSchema, text } from 'drizzle-orm/pg-core'
import { drizzle as drizzleOverPostgresJs } from 'drizzle-orm/postgres-js'
import pg from 'pg'
import postgres from 'postgres'
import { describeWithDatabase } from '../support/database.js'
import { databaseUrl, MAX, makeDatabase, WAIT_MS } from './database.js'
import { describeLibrary } from './suite.js'

// biome-ignore lint/suspicious/noExplicitAny: of either driver
type Database = PgDatabase<any>
// biome-ignore lint/suspicious/noExplicitAny: of either driver
type Transaction = PgTransaction<any>

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

describeWithDatabase('Transactions', (pool) => {
  function use(schema: string, database: Database, close: () => Promise<void>) {
    const items = pgSchema(schema).table('items', { id: text().primaryKey(), body: bytea() })
    return {
      runner: drizzleTransactions(database),
      insert: (client: Transaction, id: string, body?: Buffer) => client.insert(items).values({ id, body }),
      select: async (client: Transaction, statement: string) => {
        const answer = await client.execute(sql.raw(statement))
        return answer.rows ?? [...answer]
      },
      close,
    }
  }

  describeLibrary<Transaction>({
    name: 'Drizzle over pg',
    database: () => makeDatabase(pool),
    async open({ schema }) {
      const own = new pg.Pool({ connectionString: databaseUrl, max: MAX, connectionTimeoutMillis: WAIT_MS })
      const database = drizzle({ client: own })
      return {
        ...use(schema, database, () => own.end()),
        rollBack: async (client) => client.rollback(),
      }
    },
  })

  describeLibrary<Transaction>({
    name: 'Drizzle over postgres.js',
    database: () => makeDatabase(pool),
    async open({ schema }) {
      const client = postgres(databaseUrl, { max: MAX, onnotice: () => undefined })
      return use(schema, drizzleOverPostgresJs({ client }), () => client.end())
    },
    withoutPoolLimit: 'postgres.js waits for a connection without limit',
  })
})
