/** Keys whose messages wait behind a dead letter. `{schema}` is the quoted name of the schema. */
export const heldKeys = `
alter table {schema}.dead_letter
  add column held_group text,
  add column held_key text,
  add column held_round integer;
-- One letter of a message in each round of replays: of a message that is delivered twice at once, two could be settled differently.
create unique index dead_letter_held on {schema}.dead_letter (held_group, held_key, message_id, handler, held_round)
  where held_key is not null;

create table {schema}.held_key (
  consumer text not null,
  key text not null,
  since timestamptz not null default clock_timestamp(),
  claim uuid,
  claimed_until timestamptz,
  primary key (consumer, key)
) with (fillfactor = 70);

-- What holds a key, and what waits. A key with either cannot be let go, whoever tries and whatever they saw.
create table {schema}.held_letter (
  letter uuid primary key,
  consumer text not null,
  key text not null,
  foreign key (consumer, key) references {schema}.held_key
);
create index held_letter_key on {schema}.held_letter (consumer, key);

create table {schema}.parked_message (
  consumer text not null,
  key text not null,
  seq bigint generated always as identity,
  message_id text not null,
  handler text not null,
  redelivery text not null,
  parked_at timestamptz not null default clock_timestamp(),
  primary key (consumer, key, seq),
  foreign key (consumer, key) references {schema}.held_key,
  unique (consumer, key, message_id, handler)
);
`
