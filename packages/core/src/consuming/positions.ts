/** A partition as one group reads it. */
export interface GroupPartition {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

/** A partition with the generation of its owner: each taking over makes the next one. */
export interface OwnedPartition extends GroupPartition {
  readonly generation: string
}

/** Keeps how far a group has handled each partition, in the transactions of what it has done. */
export interface PositionStore {
  /** Takes the partition over: from now on whoever had it can store nothing for it. */
  acquire(partition: GroupPartition): Promise<OwnedPartition>
  /** The next offset to handle, `undefined` when none is stored. Rejects with GULO_POSITION_LOST when another has taken it over. */
  next(owned: OwnedPartition): Promise<string | undefined>
  /**
   * Stores the next offset inside `transaction`. Rejects with GULO_POSITION_LOST when another has taken the partition over,
   * or has stored another offset than `from`; then the transaction must not commit.
   */
  advance(owned: OwnedPartition, from: string | undefined, to: string, transaction: unknown): Promise<void>
}
