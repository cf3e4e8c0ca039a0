import { migrate, type PostgresOptions, type PostgresStore, postgres } from '@gulo/postgres'
import pg from 'pg'

/** Where the test database is; empty without one. */
export const databaseUrl = process.env['GULO_TEST_POSTGRES'] ?? ''
const url = databaseUrl
const reason = process.env['GULO_SKIP_POSTGRES'] ?? 'GULO_TEST_POSTGRES names no database'

/** `describe` with a pool of a real database; without one a skipped `describe` that says why. */
export function describeWithDatabase(title: string, body: (pool: pg.Pool) => void): void {
  if (!url) {
    describe.skip(`${title} [skipped: ${reason}]`, () => body(new pg.Pool()))
    return
  }
  describe(title, function () {
    this.timeout(30_000)
    const pool = new pg.Pool({ connectionString: url, max: 12 })
    after(() => pool.end())
    body(pool)
  })
}

let count = 0

/** The name of a schema that no other test uses. */
export function uniqueSchema(): string {
  count += 1
  return `gulo_test_${process.pid}_${count}`
}

/** A store in a schema of its own, which goes with it. */
export async function makeStore(
  pool: pg.Pool,
  options: Partial<PostgresOptions> = {},
): Promise<{ readonly store: PostgresStore; readonly schema: string; readonly dispose: () => Promise<void> }> {
  const schema = uniqueSchema()
  await migrate(pool, { schema })
  const store = postgres({ pool, schema, ...options })
  const dispose = async () => {
    await store.stop()
    await pool.query(`drop schema ${schema} cascade`)
  }
  return { store, schema, dispose }
}
