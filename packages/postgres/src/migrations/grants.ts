/**
 * SQL that gives a role what a service needs, and no more: it reads and writes rows, and neither makes nor changes tables.
 * To be run by the owner of the tables, again after each migration.
 */
export function grantsFor(role: string, schema: string): string {
  const to = quoted(role)
  const own = quoted(schema)
  return [
    `grant usage on schema ${own} to ${to};`,
    `grant select, insert, update, delete on all tables in schema ${own} to ${to};`,
    `revoke insert, update, delete on ${own}.migration from ${to};`,
  ].join('\n')
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
