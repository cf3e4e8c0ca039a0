import type { PostgresOptions } from './config/options.js'
import { checkRole, checkTables, settingsOf } from './config/settings.js'
import { findDrift, type SchemaDrift } from './migrations/drift.js'
import { grantsFor } from './migrations/grants.js'
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
 * @throws POSTGRES_SCHEMA_NEWER, POSTGRES_MIGRATION_FAILED, GULO_CONFIGURATION_INVALID
 */
export async function migrate(
  pool: PgPool,
  { schema = 'gulo' }: { readonly schema?: string } = {},
): Promise<MigrationReport> {
  checkTables({ pool: pool ?? null, schema })
  return migrateSchema(pgPool(pool, false), schema)
}

/**
 * How the tables differ from those of this release: for a check after changes by hand. The role must be allowed to create
 * schemas; nothing is changed. @throws GULO_CONFIGURATION_INVALID
 */
export async function drift(
  pool: PgPool,
  { schema = 'gulo' }: { readonly schema?: string } = {},
): Promise<SchemaDrift> {
  checkTables({ pool: pool ?? null, schema })
  return findDrift(pgPool(pool, false), schema)
}

/** SQL that gives `role` what a service needs, and no more; to be run by the owner of the tables after each migration. @throws GULO_CONFIGURATION_INVALID */
export function grants(role: string, { schema = 'gulo' }: { readonly schema?: string } = {}): string {
  checkRole(role)
  checkTables({ schema })
  return grantsFor(role, schema)
}
