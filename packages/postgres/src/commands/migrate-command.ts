import type { ToolCommand } from '@gulo/core'
import { checkTables } from '../config/settings.js'
import { migrateSchema } from '../migrations/migrate.js'
import { printedMigrations } from '../migrations/printed.js'
import type { SqlPool } from '../sql/executor.js'

/** Makes the tables, or prints the SQL that makes them. */
export function migrateCommand(pool: SqlPool, own: string): ToolCommand {
  return {
    name: 'migrate',
    summary: 'Makes the tables of the store, or brings them up to date.',
    flags: [
      { name: 'print', help: 'print the numbered SQL for another tool instead, and change nothing' },
      { name: 'schema', value: 'name', help: `the schema of the tables [${own}]` },
    ],
    async run({ flags, print }) {
      const given = flags['schema']
      const schema = typeof given === 'string' ? given : own
      checkTables({ schema })
      if (flags['print']) return print(printedMigrations(schema))
      const { from, to } = await migrateSchema(pool, schema)
      print(from === to ? `${schema} is at version ${to} already` : `${schema} is at version ${to}, from ${from}`)
    },
  }
}
