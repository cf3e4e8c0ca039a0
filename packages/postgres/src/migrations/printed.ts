import { bookkeeping, migrations, recordOf, sqlOf } from './migrations.js'

/** All steps as SQL that another tool can run, each with its number and with the record that it was run. */
export function printedMigrations(schema: string): string {
  const steps = migrations.map((migration) => {
    const { version, name } = migration
    const title = `-- ${String(version).padStart(4, '0')}_${name}.sql`
    const before = version === 1 ? `${bookkeeping(schema).join(';\n')};\n` : ''
    return `${title}\n${before}${sqlOf(migration, schema)}\n${recordOf(migration, schema)};\n`
  })
  return steps.join('\n')
}
