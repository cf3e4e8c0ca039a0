import type { CommitSignal, Envelope, Outbox, OutboxEntry, OutboxGauge, UnitOfWork } from '@gulo/core'
import { expect } from 'chai'
import { inTransaction } from './store-driver.js'

/** What a suite needs to try an outbox. It is empty at first. */
export interface OutboxDriver {
  readonly outbox: Outbox & Partial<CommitSignal & OutboxGauge>
  readonly unitOfWork: UnitOfWork
  /** The same outbox as another process sees it. @default the same object */
  readonly other?: Outbox
  dispose?(): Promise<void> | void
}

/** Commits each list of envelopes in a transaction of its own. */
export async function commit(
  { outbox, unitOfWork }: OutboxDriver,
  ...lists: readonly (readonly Envelope[])[]
): Promise<void> {
  for (const envelopes of lists) {
    await inTransaction(unitOfWork, (transaction) => outbox.publish(envelopes, { transaction }))
  }
}

// More than any case stores: an outbox that gives entries for ever must not keep a case for ever.
const MANY = 1000

/** Claims and settles until a few claims in a row give nothing; answers what there was, in order. */
export async function drain(outbox: Outbox, limit = 10): Promise<readonly OutboxEntry[]> {
  const drained: OutboxEntry[] = []
  for (let empty = 0; empty < 3; ) {
    const entries = await outbox.claim(limit)
    empty = entries.length === 0 ? empty + 1 : 0
    drained.push(...entries)
    expect(drained.length, 'entries that were claimed and settled').to.be.below(MANY)
    await outbox.settle(entries)
  }
  return drained
}

/** Claims until `count` entries are in hand or a few claims in a row give nothing. */
export async function claimAll(outbox: Outbox, count: number): Promise<readonly OutboxEntry[]> {
  const claimed: OutboxEntry[] = []
  for (let empty = 0; empty < 3 && claimed.length < count; ) {
    const entries = await outbox.claim(count - claimed.length)
    empty = entries.length === 0 ? empty + 1 : 0
    claimed.push(...entries)
  }
  return claimed
}

export function idsOf(entries: readonly OutboxEntry[]): readonly string[] {
  return entries.map(({ envelope }) => envelope.id)
}
