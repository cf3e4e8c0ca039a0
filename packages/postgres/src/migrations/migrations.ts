import { store } from './0001-store.js'

/** One step of the schema; steps are only ever added. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}

/** All steps, the first one first. */
export const migrations: readonly Migration[] = [{ version: 1, name: 'store', sql: store }]

/** The version this release works with. */
export const LATEST = migrations.length

/** The SQL of a step for a schema. */
export function sqlOf({ sql }: Migration, schema: string): string {
  return sql.replaceAll('{schema}', `"${schema}"`).trim()
}
