import type { CdcSettings } from './cdc-options.js'

/**
 * SQL that readies a database for change data capture; it may be run again. `role` is who the connector logs in as.
 * The slot is left to the connector: only one that it makes itself begins where its first look at the table ends.
 */
export function setupSql(schema: string, { publication, headers }: CdcSettings, role: string): string {
  const outbox = `"${schema}".outbox`
  const columns = ['trace_id', ...headers.map(({ column }) => column)]
  const filled = headers.map(({ column, name }) => `  new."${column}" := new.headers ->> ${literal(name)};`)
  return `-- Columns for headers that are made of others, filled in for every writer.
${columns.map((column) => `alter table ${outbox} add column if not exists "${column}" text;`).join('\n')}

create or replace function "${schema}".outbox_headers() returns trigger language plpgsql as $$
begin
  new.trace_id := coalesce(
    substring(new.traceparent from '^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}'), new.headers ->> 'trace_id');
${filled.join('\n')}
  return new;
end $$;
drop trigger if exists outbox_headers on ${outbox};
create trigger outbox_headers before insert on ${outbox} for each row execute function "${schema}".outbox_headers();

-- Inserts only: what is deleted has been read from the log.
drop publication if exists "${publication}";
create publication "${publication}" for table ${outbox} with (publish = 'insert');

-- The role of the connector; give it its password with \\password or alter role.
do $$ begin
  if not exists (select from pg_roles where rolname = ${literal(role)}) then
    create role ${identifier(role)} login replication;
  end if;
end $$;
grant usage on schema "${schema}" to ${identifier(role)};
grant select on ${outbox} to ${identifier(role)};
`
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
