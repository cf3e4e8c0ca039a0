import { PGlite, type Transaction } from '@electric-sql/pglite'
import { migrate } from '@gulo/postgres'
import { pglitePool, pgliteTransactions } from '@gulo/postgres/pglite'
import { itemsOf } from './database.js'
import { describeLibrary } from './suite.js'

const schema = 'gulo_test'

describe('Transactions', function () {
  // It makes its data anew, in WebAssembly.
  this.timeout(120_000)
  let database: PGlite
  before(async () => {
    database = await PGlite.create()
  })
  after(() => database?.close())

  describeLibrary<Transaction>({
    name: 'PGlite',
    async database() {
      const pool = pglitePool(database)
      await migrate(pool, { schema })
      await database.exec(itemsOf(schema))
      return { schema, pool, dispose: async () => undefined }
    },
    async open() {
      return {
        runner: pgliteTransactions(database),
        insert: (client, id, body = Buffer.alloc(0)) =>
          client.query(`insert into ${schema}.items values ($1, $2)`, [id, body]),
        select: async (client, sql) => (await client.query(sql)).rows,
        rollBack: (client) => client.rollback(),
        close: async () => undefined,
      }
    },
    withoutPoolLimit: 'PGlite has one connection, and waits for it without limit',
    withoutTimeLimit: 'PGlite has no clock that stops statements',
    withoutConflicts: 'PGlite has one transaction at a time',
  })
})
