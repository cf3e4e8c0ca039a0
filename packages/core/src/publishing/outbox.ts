import type { Envelope } from '../message/envelope.js'
import type { Publisher } from '../transport/transport.js'

/**
 * A publisher that stores envelopes in the transaction they belong to; a relay sends them once it has committed.
 * `publish` rejects with GULO_TRANSACTION_MISSING when no transaction is given.
 */
export interface Outbox extends Publisher {
  /**
   * Takes committed entries, in order per partition key; none of the topics to do `without` for now. No key is given to a
   * second caller while one holds it.
   */
  claim(limit: number, without?: readonly string[]): Promise<readonly OutboxEntry[]>
  /** Forgets entries that the broker has stored. */
  settle(entries: readonly OutboxEntry[]): Promise<void>
  /** Gives entries back: they are claimed again later, before younger ones of their key; or parked when no retry can help. */
  fail(entries: readonly OutboxEntry[], error: unknown): Promise<void>
}

export interface OutboxEntry {
  /** Identifies the row within its outbox. */
  readonly sequence: string
  readonly envelope: Envelope
  /** How often it was given back before. */
  readonly attempts: number
}

/** Tells a relay that something has been committed. */
export interface CommitSignal {
  /** Calls `listener` after every commit that stored an envelope; the answer unregisters it. */
  onCommit(listener: () => void): () => void
}

/** How much an outbox holds. */
export interface OutboxGauge {
  pending(): Promise<{ readonly count: number; readonly oldestAgeMs: number | undefined; readonly parked: number }>
}

/** Whether a publisher stores in the transaction instead of sending. */
export function isOutbox(publisher: Publisher): publisher is Outbox {
  return typeof (publisher as Partial<Outbox>).claim === 'function'
}
