import { postgresFault } from '../faults.js'
import type { SqlExecutor } from '../sql/executor.js'

interface Found {
  readonly role: string
  readonly read_only: boolean
  readonly missing: readonly string[] | null
}

/**
 * Looks whether rows can be written at all, and whether this role may do so in every table: better at the start than at
 * the first message.
 * @throws POSTGRES_READ_ONLY or POSTGRES_FORBIDDEN
 */
export async function checkRights(executor: SqlExecutor, schema: string): Promise<void> {
  const { rows } = await executor.query<Found>(
    `select current_user::text as role,
            pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as read_only,
            (select array_agg(p.name || ' on ' || c.relname order by c.relname, p.name)
             from pg_class c
             cross join unnest(array['select', 'insert', 'update', 'delete']) p(name)
             where c.relnamespace = to_regnamespace(quote_ident($1::text)) and c.relkind = 'r'
               and (c.relname <> 'migration' or p.name = 'select')
               and not has_table_privilege(c.oid, p.name)) as missing`,
    [schema],
  )
  const { role = '', read_only = false, missing } = rows[0] ?? {}
  if (read_only) throw postgresFault('POSTGRES_READ_ONLY', {})
  if (missing && missing.length > 0) {
    throw postgresFault('POSTGRES_FORBIDDEN', { schema, reason: `${role} may not ${listed(missing)}` })
  }
}

const LISTED = 5

function listed(missing: readonly string[]): string {
  const rest = missing.length - LISTED
  return rest > 0 ? `${missing.slice(0, LISTED).join(', ')} and ${rest} more` : missing.join(', ')
}
