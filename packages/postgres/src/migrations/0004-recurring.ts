/** Recurring schedules and their runs. */
export const recurring = `
create table {schema}.recurring (
  service text not null,
  name text not null,
  words text not null,
  next_at timestamptz,
  paused boolean not null default false,
  retired_at timestamptz,
  primary key (service, name)
) with (fillfactor = 50);

-- The id is that of the message.
create table {schema}.recurring_run (
  id uuid primary key,
  service text not null,
  name text not null,
  occurrence_at timestamptz not null,
  cause text not null,
  fired_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  attempts integer not null default 0,
  outcome text not null,
  error jsonb
) with (fillfactor = 70);
create index recurring_run_recent on {schema}.recurring_run (service, name, fired_at desc, id desc);
`
