import { fault } from '../faults.js'
import { memoryTransactionOf } from '../publishing/memory-transaction.js'
import type { GroupPartition, OwnedPartition, PositionStore } from './positions.js'

interface Row {
  generation: number
  next: string | undefined
}

/** Positions in memory; they are checked once more at the commit, as a database does that locks the row. */
export class MemoryPositions implements PositionStore {
  private readonly rows = new Map<string, Row>()

  async acquire({ group, topic, partition }: GroupPartition): Promise<OwnedPartition> {
    const key = keyOf({ group, topic, partition })
    const row = this.rows.get(key) ?? { generation: 0, next: undefined }
    row.generation += 1
    this.rows.set(key, row)
    return { group, topic, partition, generation: String(row.generation) }
  }

  /** @throws GULO_POSITION_LOST */
  async next(owned: OwnedPartition): Promise<string | undefined> {
    return this.rowOf(owned).next
  }

  /** @throws GULO_POSITION_LOST or GULO_TRANSACTION_INVALID */
  async advance(owned: OwnedPartition, from: string | undefined, to: string, transaction: unknown): Promise<void> {
    const own = memoryTransactionOf(transaction, 'Storing a position')
    if (own === undefined) throw fault('GULO_TRANSACTION_INVALID', { operation: 'Storing a position', found: 'none' })
    const row = this.rowOf(owned)
    if (row.next !== from) throw lost(owned)
    own.verify(() => {
      if (this.rowOf(owned).next !== from) throw lost(owned)
    })
    own.write(() => {
      row.next = to
    })
  }

  private rowOf(owned: OwnedPartition): Row {
    const row = this.rows.get(keyOf(owned))
    if (row === undefined || String(row.generation) !== owned.generation) throw lost(owned)
    return row
  }
}

function keyOf({ group, topic, partition }: GroupPartition): string {
  return JSON.stringify([group, topic, partition])
}

function lost({ group, topic, partition }: GroupPartition): Error {
  return fault('GULO_POSITION_LOST', { group, topic, partition })
}
