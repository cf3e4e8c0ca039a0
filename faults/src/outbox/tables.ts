/**
 * What the handlers write. A row of `taken` may take its time at the commit, and may refuse it: by then the events are in
 * the outbox, with numbers that later transactions pass.
 */
export const TABLES = `
create schema faults;
create table faults.counter (key text primary key, n integer not null) with (fillfactor = 50);
insert into faults.counter select 'key-' || i, 0 from generate_series(0, 119) i;
create table faults.taken (
  command text primary key, attempt text not null, writer text not null,
  key text not null, first integer not null, count integer not null,
  lag_ms integer not null, refused boolean not null
);
create index on faults.taken (writer);
create function faults.at_commit() returns trigger language plpgsql as $$
begin
  perform pg_sleep(new.lag_ms / 1000.0);
  if new.refused then raise exception 'refused at the commit'; end if;
  return null;
end $$;
create constraint trigger at_commit after insert on faults.taken deferrable initially deferred
  for each row when (new.lag_ms > 0 or new.refused) execute function faults.at_commit();
create sequence faults.effect_seq;
create table faults.effect (
  seq bigint not null default nextval('faults.effect_seq'), id text not null, key text not null, n integer not null
);
create table faults.passed (seq bigint not null);
insert into faults.passed values (0);
`
