import type { Envelope, OutboxEntry } from '@gulo/core'
import { type OutboxRow, toEnvelope } from './row.js'

/** A row whose envelope cannot be made. */
export interface Unreadable {
  /** Of its envelope only the topic is known. */
  readonly entry: OutboxEntry
  readonly error: unknown
}

/** Rows as entries; `attempts` has those that were given back before. */
export function readRows(
  rows: readonly OutboxRow[],
  attempts: ReadonlyMap<string, number>,
): { readonly entries: readonly OutboxEntry[]; readonly unreadable: readonly Unreadable[] } {
  const entries: OutboxEntry[] = []
  const unreadable: Unreadable[] = []
  for (const row of rows) {
    const sequence = sequenceOf(row)
    const given = { sequence, attempts: attempts.get(sequence) ?? 0 }
    try {
      entries.push({ ...given, envelope: toEnvelope(row) })
    } catch (error) {
      unreadable.push({ entry: { ...given, envelope: { topic: row.aggregatetype } as Envelope }, error })
    }
  }
  return { entries, unreadable }
}

/** Names a row: slot and sequence number. */
export function sequenceOf({ slot, seq }: Pick<OutboxRow, 'slot' | 'seq'>): string {
  return `${slot}:${seq}`
}

/** What {@link sequenceOf} was given. */
export function placeOf({ sequence }: Pick<OutboxEntry, 'sequence'>): { readonly slot: number; readonly seq: bigint } {
  const [slot, seq] = sequence.split(':') as [string, string]
  return { slot: Number(slot), seq: BigInt(seq) }
}
