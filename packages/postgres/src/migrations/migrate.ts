import { postgresFault } from '../faults.js'
import type { SqlConnection, SqlExecutor, SqlPool } from '../sql/executor.js'
import { reasonOf } from '../sql/problems.js'
import { bookkeeping, LATEST, type Migration, migrations, recordOf, sqlOf } from './migrations.js'

// Any number, the same for all versions: one migrates, the others wait.
const LOCK = 4_768_561_234

/** What was done. */
export interface MigrationReport {
  readonly from: number
  readonly to: number
}

/**
 * Brings the schema to this release's version; of two processes at once one does it and the other waits.
 * @throws POSTGRES_SCHEMA_NEWER or POSTGRES_MIGRATION_FAILED
 */
export async function migrateSchema(pool: SqlPool, schema: string): Promise<MigrationReport> {
  const connection = await pool.connect()
  let broken = true
  try {
    await connection.query('select pg_advisory_lock($1::bigint)', [LOCK])
    try {
      return await migrateLocked(connection, schema)
    } finally {
      await connection.query('select pg_advisory_unlock($1::bigint)', [LOCK])
      broken = false
    }
  } finally {
    connection.release(broken)
  }
}

/** The version a schema is at; 0 when there is none. */
async function schemaVersion(executor: SqlExecutor, schema: string): Promise<number> {
  const { rows } = await executor.query<{ there: boolean }>('select to_regclass($1::text) is not null as there', [
    `"${schema}".migration`,
  ])
  if (rows[0]?.there !== true) return 0
  const found = await executor.query<{ version: number }>(
    `select coalesce(max(version), 0)::int as version from "${schema}".migration`,
  )
  return found.rows[0]?.version ?? 0
}

/** @throws POSTGRES_SCHEMA_MISSING, POSTGRES_SCHEMA_OLDER or POSTGRES_SCHEMA_NEWER */
export async function checkSchema(executor: SqlExecutor, schema: string): Promise<void> {
  const found = await schemaVersion(executor, schema)
  if (found === LATEST) return
  const details = { schema, found, known: LATEST }
  if (found === 0) throw postgresFault('POSTGRES_SCHEMA_MISSING', details)
  throw postgresFault(found > LATEST ? 'POSTGRES_SCHEMA_NEWER' : 'POSTGRES_SCHEMA_OLDER', details)
}

async function migrateLocked(connection: SqlConnection, schema: string): Promise<MigrationReport> {
  const from = await schemaVersion(connection, schema)
  if (from > LATEST) throw postgresFault('POSTGRES_SCHEMA_NEWER', { schema, found: from, known: LATEST })
  for (const migration of migrations.slice(from)) await apply(connection, migration, schema)
  return { from, to: LATEST }
}

async function apply(connection: SqlConnection, migration: Migration, schema: string): Promise<void> {
  const { version } = migration
  await connection.query('begin')
  try {
    for (const statement of bookkeeping(schema)) await connection.query(statement)
    for (const statement of statementsOf(sqlOf(migration, schema))) await connection.query(statement)
    await connection.query(recordOf(migration, schema))
    await connection.query('commit')
  } catch (error) {
    await connection.query('rollback')
    throw postgresFault('POSTGRES_MIGRATION_FAILED', { version, schema, reason: reasonOf(error) }, error)
  }
}

/** One statement at a time; the steps have no semicolon but at the end of a statement's line. */
export function statementsOf(sql: string): string[] {
  return sql
    .split(/;\s*$/m)
    .map((each) => each.trim())
    .filter(Boolean)
}
