import type { PartitionOffset } from '@gulo/core'

/** Reads and moves how far groups have come. */
export interface PositionAdmin {
  /** Every topic there is, those of Kafka itself left out. */
  listTopics(): Promise<readonly string[]>
  /** Where a group goes on in each partition of these topics; `undefined` where it has no position. */
  fetchPositions(group: string, topics: readonly string[]): Promise<readonly PartitionPosition[]>
  /** The first offset of each partition of a topic, the next one, or the first of a time on (milliseconds since 1970). */
  listOffsets(topic: string, at: OffsetQuery): Promise<readonly PartitionOffset[]>
  countMembers(group: string): Promise<number>
  /** Forgets a group that has no members; one that does not exist is no error. */
  deleteGroup(group: string): Promise<void>
}

export type OffsetQuery = 'earliest' | 'latest' | { readonly timestamp: number }

export interface PartitionPosition {
  readonly topic: string
  readonly partition: number
  readonly offset: string | undefined
}
