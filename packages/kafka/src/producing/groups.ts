import type { TopicTable } from '../topics/topic-table.js'
import type { Batch, PartitionLine } from './partition-line.js'

/** The batches of one request: all for partitions of one leader, each of another partition. */
export interface Group {
  /** `undefined` while the partition has no leader; its batch then goes alone. */
  readonly leader: number | undefined
  readonly batches: Batch[]
  size: number
}

/** Takes the next batch of every idle partition whose leader is idle, and removes empty lines from `ready`. */
export function formGroups(
  ready: Set<PartitionLine>,
  topics: TopicTable,
  busyLeaders: ReadonlySet<number>,
  batchSize: number,
  maxBatchBytes: number,
): Group[] {
  const groups = new Map<number, Group>()
  const alone: Group[] = []
  for (const line of ready) {
    const leader = topics.leaderOf(line.topic, line.partition)
    if (leader !== undefined && busyLeaders.has(leader)) continue
    const group = (leader === undefined ? undefined : groups.get(leader)) ?? { leader, batches: [], size: 0 }
    const batch = line.take(batchSize - group.size, maxBatchBytes)
    if (batch !== undefined) {
      group.batches.push(batch)
      group.size += batch.items.length
      if (leader === undefined) alone.push(group)
      else groups.set(leader, group)
    }
    // a line with a batch under way comes back when that is settled
    if (line.current !== undefined || !line.hasWork) ready.delete(line)
  }
  return [...groups.values(), ...alone]
}
