import type { Envelope } from '@gulo/core'
import type { PostgresStore, PostgresTransaction } from '@gulo/postgres'

let count = 0

/** An event of `key` in `topic`. */
export function event(key: string, topic = 'tests.items'): Envelope {
  count += 1
  return {
    id: `00000000-0000-7000-8000-${String(count).padStart(12, '0')}`,
    type: 'tests.item.changed.v1',
    source: 'tests',
    topic,
    occurredAt: '2026-01-01T00:00:00.000Z',
    payload: { count },
    partitionKey: key,
  }
}

/** Stores events in one transaction. */
export function store(target: PostgresStore, ...events: readonly Envelope[]): Promise<void> {
  return target.unitOfWork.transact((transaction) => target.outbox.publish(events, { transaction }))
}

/** A transaction that stays open until it is told to end. */
export async function openTransaction(target: PostgresStore): Promise<{
  readonly transaction: PostgresTransaction
  commit(): Promise<void>
  rollBack(): Promise<void>
}> {
  let end: (error?: Error) => void = () => undefined
  let started: (transaction: PostgresTransaction) => void = () => undefined
  const opened = new Promise<PostgresTransaction>((resolve) => {
    started = resolve
  })
  const ended = target.unitOfWork.transact((transaction) => {
    started(transaction)
    return new Promise<void>((resolve, reject) => {
      end = (error) => (error === undefined ? resolve() : reject(error))
    })
  })
  ended.catch(() => undefined)
  const transaction = await Promise.race([opened, ended.then(() => opened)])
  return {
    transaction,
    commit: async () => {
      end()
      await ended
    },
    rollBack: async () => {
      end(new Error('rolled back on purpose'))
      await ended.catch(() => undefined)
    },
  }
}

/** Claims and settles until nothing is left; answers the ids in order. */
export async function drain(target: PostgresStore, limit = 100): Promise<readonly string[]> {
  const ids: string[] = []
  for (let empty = 0; empty < 2; ) {
    const entries = await target.outbox.claim(limit)
    empty = entries.length === 0 ? empty + 1 : 0
    ids.push(...entries.map(({ envelope }) => envelope.id))
    await target.outbox.settle(entries)
  }
  return ids
}
