import type { Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import { COLUMNS } from './row.js'

/** What the relay asks of the outbox. */
export interface OutboxStatements {
  /** Slots, floors, topics to leave out, rows per slot. */
  readonly look: Statement
  /** Slots, floors, topics to look for, rows per slot. */
  readonly probe: Statement
  /** Slots, sequences. */
  readonly remove: Statement
  /** Slots, sequences, attempts, error. */
  readonly park: Statement
}

export function outboxStatements(schema: Schema): OutboxStatements {
  const columns = ['seq::text as seq', ...Object.keys(COLUMNS).map((name) => `o.${name}`)].join(', ')
  const names = Object.keys(COLUMNS).join(', ')
  return {
    // Rows and snapshot in one statement: of two, a transaction could end in between.
    look: schema.statement(
      'outbox_look',
      `select s.xmin, s.xmax, r.* from
         (select pg_snapshot_xmin(n)::text as xmin, pg_snapshot_xmax(n)::text as xmax from pg_current_snapshot() n) s
       left join lateral (
         select x.* from unnest($1::smallint[], $2::bigint[]) q(slot, floor)
         cross join lateral (
           select ${columns} from {outbox} o
           where o.slot = q.slot and o.seq > q.floor and o.aggregatetype <> all($3::text[])
           order by o.seq limit $4::int
         ) x
       ) r on true`,
    ),
    probe: schema.statement(
      'outbox_probe',
      `select x.* from unnest($1::smallint[], $2::bigint[]) q(slot, floor)
       cross join lateral (
         select ${columns} from {outbox} o
         where o.slot = q.slot and o.seq > q.floor and o.aggregatetype = any($3::text[])
         order by o.seq limit $4::int
       ) x`,
    ),
    remove: schema.statement(
      'outbox_remove',
      `delete from {outbox} o using unnest($1::smallint[], $2::bigint[]) q(slot, seq)
       where o.slot = q.slot and o.seq = q.seq`,
    ),
    park: schema.statement(
      'outbox_park',
      `with gone as (
         delete from {outbox} o using unnest($1::smallint[], $2::bigint[]) q(slot, seq)
         where o.slot = q.slot and o.seq = q.seq returning o.*
       )
       insert into {outbox_parked} (seq, ${names}, specversion, created_at, attempts, error)
       select seq, ${names}, specversion, created_at, $3::int, $4::text::jsonb from gone
       on conflict (id) do nothing`,
    ),
  }
}
