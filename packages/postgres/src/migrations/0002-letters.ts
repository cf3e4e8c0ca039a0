/** Dead letters at depth: causes, attempts, revisions, claims and what was done by whom. `{schema}` is the quoted name of the schema. */
export const letters = `
alter table {schema}.dead_letter
  add column fingerprint text not null default '',
  add column attempt_log jsonb,
  add column revision integer,
  add column claim uuid,
  add column claimed_until timestamptz;

-- For pages of one status, of one cause, of one consumer, of one type; the waiting ones oldest first for replays.
create index dead_letter_status on {schema}.dead_letter (status, failed_time desc, id desc);
create index dead_letter_cause on {schema}.dead_letter (fingerprint, failed_time desc, id desc) include (status);
create index dead_letter_consumer on {schema}.dead_letter (consumer, failed_time desc, id desc);
create index dead_letter_type on {schema}.dead_letter (type, failed_time desc, id desc);
create index dead_letter_waiting on {schema}.dead_letter (failed_time, id) where status in ('new', 'replaying');
create index dead_letter_claim on {schema}.dead_letter (claim) where claim is not null;

create table {schema}.dead_letter_revision (
  letter uuid not null,
  revision integer not null,
  body bytea,
  headers jsonb not null,
  primary key (letter, revision)
);

create table {schema}.dead_letter_deed (
  letter uuid not null,
  seq bigint generated always as identity,
  at timestamptz not null default clock_timestamp(),
  action text not null,
  actor text not null,
  reason text,
  details jsonb not null,
  primary key (letter, seq)
);
`
