import { isRetryable } from '../errors.js'
import { fault } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import type { PublishScope } from '../transport/transport.js'
import { storedEnvelope } from './memory-envelope.js'
import { memoryTransactionOf } from './memory-transaction.js'
import type { CommitSignal, Outbox, OutboxEntry, OutboxGauge } from './outbox.js'

/** An entry that no retry can help, and what was wrong with it. */
export interface ParkedEntry extends OutboxEntry {
  readonly error: unknown
}

interface Row {
  readonly sequence: string
  readonly envelope: Envelope
  readonly slot: string | undefined
  readonly storedAtMs: number
  attempts: number
  /** What was handed to the claimer that has it. */
  claim: OutboxEntry | undefined
}

/** An outbox in memory: entries appear at the commit, a key belongs to one claimer at a time. */
export class MemoryOutbox implements Outbox, CommitSignal, OutboxGauge {
  /** In order of commit; an entry keeps its place when it is given back. */
  private readonly rows = new Map<string, Row>()
  private readonly heldSlots = new Map<string, number>()
  private readonly parkedEntries: ParkedEntry[] = []
  /** Topics of which something was given back since anything was settled: their entries come after all others. */
  private readonly failing = new Set<string>()
  private readonly listeners = new Set<() => void>()
  private lastSequence = 0

  /** `now` gives milliseconds since 1970. */
  constructor(private readonly now: () => number) {}

  /** @throws GULO_TRANSACTION_MISSING, GULO_TRANSACTION_INVALID or GULO_NOT_SERIALIZABLE */
  async publish(envelopes: readonly Envelope[], scope?: PublishScope): Promise<void> {
    const transaction = memoryTransactionOf(scope?.transaction, 'The outbox')
    if (transaction === undefined)
      throw fault('GULO_TRANSACTION_MISSING', { count: envelopes.length, unsent: envelopes })
    if (envelopes.length === 0) return
    const copies = envelopes.map(storedEnvelope)
    transaction.write(() => {
      for (const envelope of copies) this.insert(envelope)
    })
    transaction.onEnd((committed) => {
      if (committed) for (const listener of this.listeners) listener()
    })
  }

  async claim(limit: number, without: readonly string[] = []): Promise<readonly OutboxEntry[]> {
    const claimed: OutboxEntry[] = []
    const mine = new Set<string>()
    const isWell = (topic: string) => !this.failing.has(topic) && !without.includes(topic)
    this.take(claimed, mine, limit, isWell)
    if (this.failing.size > 0) this.take(claimed, mine, limit, (topic) => !isWell(topic) && !without.includes(topic))
    return claimed
  }

  private take(claimed: OutboxEntry[], mine: Set<string>, limit: number, wants: (topic: string) => boolean): void {
    for (const row of this.rows.values()) {
      if (claimed.length >= limit) return
      const { slot, sequence, envelope, attempts } = row
      if (!wants(envelope.topic)) continue
      const taken = slot === undefined ? row.claim !== undefined : this.heldSlots.has(slot) && !mine.has(slot)
      if (taken) continue
      row.claim = { sequence, envelope, attempts }
      claimed.push(row.claim)
      if (slot === undefined) continue
      mine.add(slot)
      this.heldSlots.set(slot, (this.heldSlots.get(slot) ?? 0) + 1)
    }
  }

  async settle(entries: readonly OutboxEntry[]): Promise<void> {
    for (const { sequence } of entries) {
      const row = this.rows.get(sequence)
      if (row === undefined) continue
      this.release(row)
      this.rows.delete(sequence)
      this.failing.delete(row.envelope.topic)
    }
  }

  async fail(entries: readonly OutboxEntry[], error: unknown): Promise<void> {
    for (const { sequence } of entries) {
      const row = this.rows.get(sequence)
      if (row?.claim === undefined) continue
      this.release(row)
      row.attempts++
      if (isRetryable(error)) {
        this.failing.add(row.envelope.topic)
        continue
      }
      this.rows.delete(sequence)
      this.parkedEntries.push({ sequence, envelope: row.envelope, attempts: row.attempts, error })
    }
  }

  onCommit(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  async pending(): Promise<{ count: number; oldestAgeMs: number | undefined; parked: number }> {
    const [oldest] = this.rows.values()
    const oldestAgeMs = oldest && Math.max(0, this.now() - oldest.storedAtMs)
    return { count: this.rows.size, oldestAgeMs, parked: this.parkedEntries.length }
  }

  /** The entries that were given back with an error that says no retry can help, oldest first. */
  async parked(): Promise<readonly ParkedEntry[]> {
    return [...this.parkedEntries]
  }

  /** Takes every key from its claimer, as when the process of a relay ends. */
  abandon(): void {
    for (const row of this.rows.values()) row.claim = undefined
    this.heldSlots.clear()
  }

  private insert(envelope: Envelope): void {
    const sequence = String(++this.lastSequence)
    const key = envelope.partitionKey ?? envelope.aggregateId
    // A topic apart: one that is down holds up no other, and order is promised within a topic.
    const slot = key === undefined ? undefined : `${envelope.topic}\n${key}`
    this.rows.set(sequence, { sequence, envelope, slot, storedAtMs: this.now(), attempts: 0, claim: undefined })
  }

  private release(row: Row): void {
    const claimed = row.claim !== undefined
    row.claim = undefined
    if (!claimed || row.slot === undefined) return
    const left = (this.heldSlots.get(row.slot) ?? 1) - 1
    if (left === 0) this.heldSlots.delete(row.slot)
    else this.heldSlots.set(row.slot, left)
  }
}
