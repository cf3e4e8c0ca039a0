/** Outbox, inbox, attempts, idempotency keys, schedule and dead letters. `{schema}` is the quoted name of the schema. */
export const store = `
-- Insert and delete only, never update: change data capture reads the inserts. The columns are those of Debezium's
-- event router, and one for each header, since a header can only be made of a column.
create table {schema}.outbox (
  seq bigint generated always as identity (cache 1),
  slot smallint not null,
  id uuid not null,
  aggregatetype varchar(255) not null,
  aggregateid varchar(255),
  type varchar(255) not null,
  payload bytea,
  partition integer,
  source text not null,
  specversion text not null default '1.0',
  occurred_at text,
  content_type text,
  subject text,
  aggregate_type text,
  correlation_id text,
  causation_id text,
  tenant text,
  traceparent text,
  tracestate text,
  data_version text,
  data_schema text,
  deliver_by text,
  headers jsonb,
  created_at timestamp(3) not null default (clock_timestamp() at time zone 'utc'),
  primary key (slot, seq)
) with (fillfactor = 100,
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000);

-- Rows that no retry can help, with what was wrong.
create table {schema}.outbox_parked (
  like {schema}.outbox,
  attempts integer not null,
  error jsonb not null,
  parked_at timestamptz not null default clock_timestamp(),
  primary key (id)
);

create table {schema}.relay_node (
  node uuid primary key,
  seen_at timestamptz not null
) with (fillfactor = 50);

create table {schema}.relay_slot (
  slot smallint primary key,
  owner uuid,
  epoch bigint not null default 0,
  lease_until timestamptz not null default '-infinity'
) with (fillfactor = 50);
insert into {schema}.relay_slot (slot) select generate_series(0, 15);

create table {schema}.consumer (
  id smallint generated always as identity primary key,
  name text not null unique
);

create table {schema}.inbox (
  consumer smallint not null,
  message_id uuid not null,
  received_at timestamptz not null default now(),
  primary key (consumer, message_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
create index inbox_received on {schema}.inbox using brin (received_at) with (pages_per_range = 32);

create table {schema}.attempt (
  consumer smallint not null,
  message_id uuid not null,
  started integer not null,
  started_at timestamptz not null default now(),
  primary key (consumer, message_id)
) with (fillfactor = 70);

create table {schema}.idempotency_key (
  key text primary key,
  done boolean not null,
  expires_at timestamptz not null
);
create index idempotency_key_expiry on {schema}.idempotency_key (expires_at);

create table {schema}.scheduled (
  id uuid primary key,
  due_at timestamptz not null,
  cancel_key text,
  attempts integer not null default 0,
  work jsonb not null,
  claim uuid,
  claimed_until timestamptz
);
create index scheduled_due on {schema}.scheduled (due_at);
create unique index scheduled_cancel on {schema}.scheduled (cancel_key) where cancel_key is not null;

create table {schema}.dead_letter (
  id uuid primary key,
  kind text not null,
  status text not null,
  reason text not null,
  message_id text,
  type text,
  tenant text,
  consumer text not null,
  handler text,
  service text not null,
  topic text not null,
  partition integer,
  position text,
  queue text,
  message_at double precision,
  redeliveries integer,
  message_key text,
  body bytea,
  headers jsonb not null,
  error jsonb not null,
  attempts integer not null,
  first_failed_at text not null,
  failed_at text not null,
  failed_time timestamptz not null,
  replay_count integer not null default 0
);
create index dead_letter_recent on {schema}.dead_letter (failed_time desc, id desc);
create index dead_letter_open on {schema}.dead_letter (failed_time desc, id desc) where status = 'new';
create index dead_letter_message on {schema}.dead_letter (message_id);
`
