import type { PostgresOptions } from './config/options.js'
import { settingsOf } from './config/settings.js'
import { type MigrationReport, migrateSchema } from './migrations/migrate.js'
import { PostgresStore } from './postgres-store.js'
import { type PgPool, pgPool } from './sql/pg.js'

/**
 * A store on PostgreSQL for `createService`: outbox, inbox, dead letters, schedule, and the transactions around handlers.
 * @throws GULO_CONFIGURATION_INVALID with every fault of the options at once
 */
export function postgres(options: PostgresOptions): PostgresStore {
  return new PostgresStore(settingsOf(options), options.runtime)
}

/**
 * Makes the tables, or brings them up to date; any number of processes may do so at once.
 * @throws POSTGRES_SCHEMA_NEWER, POSTGRES_MIGRATION_FAILED
 */
export function migrate(
  pool: PgPool,
  { schema = 'gulo' }: { readonly schema?: string } = {},
): Promise<MigrationReport> {
  return migrateSchema(pgPool(pool, false), schema)
}
