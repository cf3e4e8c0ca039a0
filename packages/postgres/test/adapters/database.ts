import { migrate } from '@gulo/postgres'
import type pg from 'pg'
import { databaseUrl, uniqueSchema } from '../support/database.js'
import type { Database } from './suite.js'

/** The most connections that a library may have open. */
export const MAX = 2
/** How long it may wait for one, in milliseconds. */
export const WAIT_MS = 300

export { databaseUrl }

/** The test database with tables in a schema of their own. */
export async function makeDatabase(pool: pg.Pool): Promise<Database> {
  const schema = uniqueSchema()
  await migrate(pool, { schema })
  await pool.query(itemsOf(schema))
  return {
    schema,
    pool,
    dispose: async () => {
      await pool.query(`drop schema ${schema} cascade`)
    },
  }
}

/** The table of the states; a key that is there twice is found at the commit. */
export function itemsOf(schema: string): string {
  return `create table ${schema}.items (id text primary key deferrable initially deferred, body bytea)`
}

/** The columns of rows named in another way, as applications have it; the rows are those of an answer. */
export function renamed<Answer extends { readonly rows?: readonly object[] }>(answer: Answer): Answer {
  const rename = (row: object) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name.replaceAll('_', ''), value]))
  return answer.rows === undefined ? answer : { ...answer, rows: answer.rows.map(rename) }
}
