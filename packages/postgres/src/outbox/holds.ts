import type { OutboxEntry } from '@gulo/core'
import type { Snapshot } from './floors.js'

interface Hold {
  readonly entries: Map<string, OutboxEntry>
  readonly lastSeq: bigint
  readonly snapshot: Snapshot
  /** Whether everything so far is gone from the table. */
  whole: boolean
}

/** Which slots are in somebody's hands: nothing more is read of them until all that was read is settled or given back. */
export class Holds {
  private readonly held = new Map<number, Hold>()
  private readonly reserved = new Set<number>()

  has(slot: number): boolean {
    return this.held.has(slot) || this.reserved.has(slot)
  }

  holds(slot: number, sequence: string): boolean {
    return this.held.get(slot)?.entries.has(sequence) === true
  }

  /** Keeps a slot for who is about to read it. */
  reserve(slot: number): void {
    this.reserved.add(slot)
  }

  free(slot: number): void {
    this.reserved.delete(slot)
  }

  hold(slot: number, entries: readonly OutboxEntry[], snapshot: Snapshot): void {
    const last = entries.at(-1)
    if (last === undefined) return
    const lastSeq = BigInt(last.sequence.slice(last.sequence.indexOf(':') + 1))
    this.held.set(slot, {
      entries: new Map(entries.map((entry) => [entry.sequence, entry])),
      lastSeq,
      snapshot,
      whole: true,
    })
  }

  /** What is held of these topics. */
  of(topics: readonly string[]): readonly { readonly slot: number; readonly entry: OutboxEntry }[] {
    return [...this.held].flatMap(([slot, { entries }]) =>
      [...entries.values()].filter(({ envelope }) => topics.includes(envelope.topic)).map((entry) => ({ slot, entry })),
    )
  }

  /** Ends the hold of one entry; once all are `gone` from the table, answers up to where and with which snapshot. */
  letGo(
    slot: number,
    sequence: string,
    gone: boolean,
  ): { readonly seq: bigint; readonly snapshot: Snapshot } | undefined {
    const hold = this.held.get(slot)
    if (hold === undefined || !hold.entries.delete(sequence)) return undefined
    if (!gone) hold.whole = false
    if (hold.entries.size > 0) return undefined
    this.held.delete(slot)
    return hold.whole ? { seq: hold.lastSeq, snapshot: hold.snapshot } : undefined
  }
}
