import { fault } from '../faults.js'
import type { MemoryBroker } from './memory-broker.js'
import type { MemoryReads } from './memory-group.js'
import type { MemoryPartition, MemoryTopic } from './memory-topic.js'
import { matchesTopic } from './topic-patterns.js'
import type { StartPosition, TransportSubscription } from './transport.js'

/** What a subscription reads, and from where on. @throws GULO_SUBSCRIPTION_INVALID when it is to start where a partition has nothing */
export function readsOf(
  { group, routes, patterns = [], startAt, broadcast }: TransportSubscription,
  broker: MemoryBroker,
  startFrom: 'earliest' | 'latest',
): MemoryReads {
  const named = new Set(routes.map((route) => route.topic))
  const wants = (topic: string) => named.has(topic) || matchesTopic(patterns, topic)
  const topics = [...new Set([...routes.map((route) => broker.topic(route.topic)), ...broker.topicsLike(wants)])]
  checkOffsets(group, topics, startAt)
  const otherwise = broadcast === true ? 'latest' : startFrom
  return { topics, wants, startOf: (partition) => startOf(partition, startAt) ?? startOf(partition, otherwise) ?? 0 }
}

/** The offset of a position; `undefined` where it says nothing of this partition. */
export function startOf(partition: MemoryPartition, position: StartPosition | undefined): number | undefined {
  if (position === undefined) return undefined
  if (position === 'earliest') return 0
  if (position === 'latest') return partition.end
  if ('timestamp' in position) return partition.since(position.timestamp)
  const found = position.offsets.find((each) => each.topic === partition.topic && each.partition === partition.number)
  return found && Number(found.offset)
}

/** Refuses offsets that the topics do not have. @throws GULO_SUBSCRIPTION_INVALID */
export function checkOffsets(group: string, topics: readonly MemoryTopic[], position: StartPosition | undefined): void {
  if (position === undefined || typeof position === 'string' || 'timestamp' in position) return
  const wrong = position.offsets.flatMap(({ topic, partition, offset }) => {
    const found = topics.find(({ name }) => name === topic)?.partitions[partition]
    if (found === undefined) return [`it does not read partition ${partition} of ${topic}`]
    return Number(offset) > found.end ? [`${topic}/${partition} ends at offset ${found.end}, before ${offset}`] : []
  })
  if (wrong.length > 0) throw fault('GULO_SUBSCRIPTION_INVALID', { group, wrong: wrong.join('; ') })
}
