import type { Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'

/** What the schedule asks of its table. */
export interface ScheduleStatements {
  /** Id, due time in milliseconds, cancel key, attempts, work. */
  readonly add: Statement
  /** The same, for an item with a cancel key. */
  readonly replace: Statement
  /** Cancel key; answers whether each dropped item was pending. */
  readonly cancel: Statement
  /** Claim, its length, now, limit. */
  readonly claim: Statement
  /** Claims, their length. */
  readonly renew: Statement
  /** Ids, the claim of each. */
  readonly release: Statement
  /** Ids, the claim of each. */
  readonly settle: Statement
}

export function scheduleStatements(schema: Schema): ScheduleStatements {
  const until = (parameter: string) => `clock_timestamp() + ${parameter}::double precision * interval '1 millisecond'`
  const insert = `insert into {scheduled} (id, due_at, cancel_key, attempts, work)
    values ($1::uuid, to_timestamp($2::double precision / 1000), $3::text, $4::int, $5::text::jsonb)`
  const anew = `due_at = excluded.due_at, cancel_key = excluded.cancel_key, attempts = excluded.attempts,
    work = excluded.work, claim = null, claimed_until = null`
  const held = 'unnest($1::uuid[], $2::uuid[]) as held (id, claim)'
  const same = 'kept.id = held.id and kept.claim = held.claim'
  const free = '(claimed_until is null or claimed_until < clock_timestamp())'
  return {
    // An item of the same id is put off.
    add: schema.statement('schedule_add', `${insert} on conflict (id) do update set ${anew}`),
    // An item of the same cancel key makes way, also one that is in hand.
    replace: schema.statement(
      'schedule_replace',
      `${insert} on conflict (cancel_key) where cancel_key is not null do update set id = excluded.id, ${anew}`,
    ),
    cancel: schema.statement(
      'schedule_cancel',
      `delete from {scheduled} where cancel_key = $1::text returning ${free} as pending`,
    ),
    claim: schema.statement(
      'schedule_claim',
      `update {scheduled} set claim = $1::uuid, claimed_until = ${until('$2')}
       where id in (select id from {scheduled}
                    where due_at <= to_timestamp($3::double precision / 1000) and ${free}
                    order by due_at, id limit $4::int for update skip locked)
       returning id, (extract(epoch from due_at) * 1000)::text as due_ms, cancel_key, attempts, work::text as work`,
    ),
    renew: schema.statement(
      'schedule_renew',
      `update {scheduled} set claimed_until = ${until('$2')} where claim = any($1::uuid[])`,
    ),
    release: schema.statement(
      'schedule_release',
      `update {scheduled} as kept set claim = null, claimed_until = null from ${held} where ${same}`,
    ),
    settle: schema.statement('schedule_settle', `delete from {scheduled} as kept using ${held} where ${same}`),
  }
}
