import type { Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'

/** What recurring schedules ask of their tables. Times are milliseconds since 1970. */
export interface RecurrenceStatements {
  /** Service, names, words, next times. */
  readonly declare: Statement
  /** Service; the time alone when it has no schedule. */
  readonly find: Statement
  /** Service, name, runs …, how many are kept, then words, where the schedule is, where it goes. */
  readonly step: Statement
  /** Service, name, runs …, how many are kept. */
  readonly run: Statement
  /** Service, name. */
  readonly pause: Statement
  /** Service, name, next time. */
  readonly resume: Statement
  /** Id. */
  readonly begin: Statement
  /** Id, error. */
  readonly end: Statement
  /** Service, name, limit. */
  readonly runs: Statement
}

const time = (parameter: string) => `to_timestamp(${parameter}::double precision / 1000)`
const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::double precision`

export function recurrenceStatements(schema: Schema): RecurrenceStatements {
  const its = 'service = $1::text and name = $2::text and retired_at is null'
  return {
    declare: schema.statement(
      'recurring_declare',
      `with retired as (
         update {recurring} set retired_at = clock_timestamp()
         where service = $1::text and retired_at is null and name <> all($2::text[]))
       insert into {recurring} as kept (service, name, words, next_at)
       select $1::text, name, words, ${time('next_ms')}
       from unnest($2::text[], $3::text[], $4::double precision[]) as given (name, words, next_ms) order by name
       on conflict (service, name) do update set words = excluded.words, next_at = excluded.next_at,
         paused = kept.paused and kept.retired_at is null, retired_at = null
       where kept.words <> excluded.words or kept.retired_at is not null`,
    ),
    find: schema.statement(
      'recurring_find',
      `select ${ms('clock_timestamp()')} as now_ms, name, words, paused, ${ms('next_at')} as next_ms
       from (select 1) as always left join {recurring} on service = $1::text and retired_at is null order by name`,
    ),
    // One statement: whoever moves the schedule on stores what is to be done, and nobody else does.
    step: fire(
      schema,
      'recurring_step',
      `update {recurring} set next_at = ${time('$13')}
       where ${its} and not paused and words = $11::text and next_at = ${time('$12')} and next_at <= clock_timestamp()
       returning name`,
    ),
    run: fire(schema, 'recurring_run', `select name from {recurring} where ${its}`),
    pause: schema.statement('recurring_pause', `update {recurring} set paused = true where ${its}`),
    resume: schema.statement(
      'recurring_resume',
      `update {recurring} set next_at = case when paused then ${time('$3')} else next_at end, paused = false where ${its}`,
    ),
    begin: schema.statement(
      'recurring_begin',
      `update {recurring_run} set started_at = clock_timestamp(), finished_at = null, attempts = attempts + 1,
         outcome = 'running', error = null
       where id = $1::uuid`,
    ),
    end: schema.statement(
      'recurring_end',
      `update {recurring_run} set finished_at = clock_timestamp(), error = $2::text::jsonb,
         outcome = case when $2::text is null then 'succeeded' else 'failed' end
       where id = $1::uuid`,
    ),
    runs: schema.statement(
      'recurring_runs',
      `select id, cause, attempts, outcome, error::text as error, ${ms('occurrence_at')} as occurrence_ms,
         ${ms('fired_at')} as fired_ms, ${ms('started_at')} as started_ms, ${ms('finished_at')} as finished_ms
       from {recurring_run} where service = $1::text and name = $2::text
       order by fired_at desc, id desc limit $3::int`,
    ),
  }
}

/** Stores runs, and what is to be done for them, if `claim` gives a row. */
function fire(schema: Schema, name: string, claim: string): Statement {
  return schema.statement(
    name,
    `with claimed as (${claim}),
     pruned as (
       delete from {recurring_run} where exists (select from claimed) and id in (
         select id from {recurring_run} where service = $1::text and name = $2::text
         order by fired_at desc, id desc offset greatest($10::int - cardinality($3::uuid[]), 0))),
     stored as (
       insert into {recurring_run} (id, service, name, occurrence_at, cause, outcome, error, finished_at)
       select id, $1::text, $2::text, ${time('occurrence_ms')}, cause,
         case when error is null then 'waiting' else 'failed' end, error::jsonb,
         case when error is null then null else clock_timestamp() end
       from claimed, unnest($3::uuid[], $4::double precision[], $5::text[], $6::text[])
         as run (id, occurrence_ms, cause, error)),
     planned as (
       insert into {scheduled} (id, due_at, work)
       select id, ${time('due_ms')}, work::jsonb
       from claimed, unnest($7::uuid[], $8::text[], $9::double precision[]) as item (id, work, due_ms))
     select name from claimed`,
  )
}
