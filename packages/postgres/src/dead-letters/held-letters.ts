import { createHash } from 'node:crypto'

const LONGEST = 512

/** A key that fits into an index: itself, or its hash where it is long. */
export function shortKey(key: string): string {
  return key.length <= LONGEST ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`
}

/** Steps of a statement after which letters in `changed` hold no keys any more. */
export const LET_GO = `let_go as (
    delete from {held_letter} h using changed c where h.letter = c.id and c.status in ('replayed', 'discarded'))`

/** Steps of a statement after which letters in `changed` hold their keys again. */
export const HOLD_AGAIN = `hold_key as (
    insert into {held_key} as k (consumer, key)
    select distinct c.held_group, c.held_key from changed c where c.held_key is not null and c.status = 'new' order by 1, 2
    on conflict (consumer, key) do update set since = k.since),
  hold_letter as (
    insert into {held_letter} (letter, consumer, key)
    select c.id, c.held_group, c.held_key from changed c where c.held_key is not null and c.status = 'new'
    on conflict (letter) do nothing)`
