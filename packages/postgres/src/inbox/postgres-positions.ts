import type { GroupPartition, OwnedPartition, PositionStore } from '@gulo/core'
import { coreFault, postgresFault } from '../faults.js'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import { transactionOf } from '../unit-of-work/postgres-transaction.js'

/** How far each group has come in each partition, one row a partition. */
export class PostgresPositions implements PositionStore {
  private readonly taken: Statement
  private readonly found: Statement
  private readonly moved: Statement

  constructor(
    private readonly executor: SqlExecutor,
    schema: Schema,
  ) {
    const which = 'consumer_group = $1::text and topic = $2::text and partition = $3::int and generation = $4::bigint'
    // Waits for a transaction that has moved the position and is still open: its effects count, and the next owner sees them.
    this.taken = schema.statement(
      'position_acquire',
      `insert into {position} as p (consumer_group, topic, partition, generation) values ($1::text, $2::text, $3::int, 1)
       on conflict (consumer_group, topic, partition) do update set generation = p.generation + 1
       returning generation::text as generation`,
    )
    this.found = schema.statement('position_next', `select next_offset::text as next from {position} where ${which}`)
    this.moved = schema.statement(
      'position_advance',
      `update {position} set next_offset = $6::bigint where ${which} and next_offset is not distinct from $5::bigint`,
    )
  }

  async acquire({ group, topic, partition }: GroupPartition): Promise<OwnedPartition> {
    const { rows } = await this.executor.query<{ generation: string }>(this.taken, [group, topic, partition])
    return { group, topic, partition, generation: rows[0]?.generation ?? '1' }
  }

  /** @throws GULO_POSITION_LOST */
  async next(owned: OwnedPartition): Promise<string | undefined> {
    const { rows } = await this.executor.query<{ next: string | null }>(this.found, parametersOf(owned))
    if (rows[0] === undefined) throw lost(owned)
    return rows[0].next ?? undefined
  }

  /** @throws GULO_POSITION_LOST, POSTGRES_TRANSACTION_ENDED or POSTGRES_TRANSACTION_FOREIGN */
  async advance(owned: OwnedPartition, from: string | undefined, to: string, transaction: unknown): Promise<void> {
    const operation = 'Storing a position'
    const own = transactionOf(transaction, operation)
    if (own === undefined) throw postgresFault('POSTGRES_TRANSACTION_FOREIGN', { operation, found: 'none' })
    const { rowCount } = await own.query(this.moved, [...parametersOf(owned), from ?? null, to])
    if (rowCount > 0) return
    const error = lost(owned)
    own.doomedBy(error)
    throw error
  }
}

function parametersOf({ group, topic, partition, generation }: OwnedPartition): readonly unknown[] {
  return [group, topic, partition, generation]
}

function lost({ group, topic, partition }: GroupPartition): Error {
  return coreFault('GULO_POSITION_LOST', { group, topic, partition })
}
