import { store } from './0001-store.js'
import { letters } from './0002-letters.js'
import { heldKeys } from './0003-held-keys.js'
import { recurring } from './0004-recurring.js'
import { positions } from './0005-positions.js'

/** One step of the schema; steps are only ever added. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}

/** All steps, the first one first. */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'store', sql: store },
  { version: 2, name: 'letters', sql: letters },
  { version: 3, name: 'held-keys', sql: heldKeys },
  { version: 4, name: 'recurring', sql: recurring },
  { version: 5, name: 'positions', sql: positions },
]

/** The version this release works with. */
export const LATEST = migrations.length

/** What keeps account of the steps that were run. */
export function bookkeeping(schema: string): readonly string[] {
  return [
    `create schema if not exists "${schema}"`,
    `create table if not exists "${schema}".migration
  (version integer primary key, name text not null, applied_at timestamptz not null default now())`,
  ]
}

/** Notes that a step was run. */
export function recordOf({ version, name }: Migration, schema: string): string {
  return `insert into "${schema}".migration (version, name) values (${version}, '${name}')`
}

/** The SQL of a step for a schema. */
export function sqlOf({ sql }: Migration, schema: string): string {
  return sql.replaceAll('{schema}', `"${schema}"`).trim()
}
