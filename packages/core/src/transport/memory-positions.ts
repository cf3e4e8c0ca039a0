import { fault } from '../faults.js'
import type { MemoryBroker } from './memory-broker.js'
import { checkOffsets, startOf } from './memory-reads.js'
import { positionFaults } from './start-position.js'
import type { PartitionLag, StartPosition } from './transport.js'

/** How far a group has come in those of the topics that there are. */
export function lagOf(
  broker: MemoryBroker,
  group: string,
  topics: readonly string[],
  startFrom: 'earliest' | 'latest',
): readonly PartitionLag[] {
  const positions = broker.group(group)
  return broker
    .topicsLike((topic) => topics.includes(topic))
    .flatMap(({ name, partitions }) =>
      partitions.map((partition) => {
        const position = positions.position(partition)
        const lag = partition.end - (position ?? startOf(partition, startFrom) ?? 0)
        return {
          topic: name,
          partition: partition.number,
          queue: undefined,
          position: position === undefined ? undefined : String(position),
          lag,
        }
      }),
    )
}

/** Moves a group without members. @throws GULO_SUBSCRIPTION_INVALID, GULO_GROUP_ACTIVE */
export function moveGroup(
  broker: MemoryBroker,
  name: string,
  topics: readonly string[],
  to: StartPosition | undefined,
): void {
  const found = broker.topicsLike((topic) => topics.includes(topic))
  const missing = topics.filter((topic) => found.every((each) => each.name !== topic))
  const wrong = [
    ...(name ? [] : ['it has no group.']),
    ...(to === undefined ? ['to is missing: say where to.'] : positionFaults(to, 'to')),
    ...missing.map((topic) => `there is no topic ${topic}.`),
  ]
  if (wrong.length > 0) {
    throw fault('GULO_SUBSCRIPTION_INVALID', { group: name, wrong: wrong.join(' ').replace(/\.$/, '') })
  }
  checkOffsets(name, found, to)
  const group = broker.group(name)
  if (group.size > 0) throw fault('GULO_GROUP_ACTIVE', { group: name, members: group.size })
  for (const partition of found.flatMap(({ partitions }) => partitions)) {
    const offset = startOf(partition, to)
    if (offset !== undefined) group.move(partition, offset)
  }
}
