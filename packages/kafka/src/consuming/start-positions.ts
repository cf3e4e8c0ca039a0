import type { PartitionOffset, StartPosition } from '@gulo/core'
import type { PartitionPosition, PositionAdmin } from '../client/positions.js'
import { compareOffsets } from './offsets.js'

/** Where the partitions of a topic are at this position; those that a list of offsets does not name are left out. */
export async function offsetsAt(
  admin: Pick<PositionAdmin, 'listOffsets'>,
  topic: string,
  position: StartPosition,
): Promise<readonly PartitionOffset[]> {
  if (typeof position !== 'string' && 'offsets' in position)
    return position.offsets.filter((each) => each.topic === topic)
  return admin.listOffsets(topic, position)
}

/** What is wrong with offsets that somebody gave for these topics; nothing when every partition has them. */
export async function missingOffsets(
  admin: Pick<PositionAdmin, 'listOffsets'>,
  topics: readonly string[],
  position: StartPosition | undefined,
): Promise<readonly string[]> {
  if (position === undefined || typeof position === 'string' || 'timestamp' in position) return []
  const ends = await endsOf(admin, topics)
  return position.offsets.flatMap(({ topic, partition, offset }) => {
    const end = ends.get(`${topic}/${partition}`)
    if (end === undefined) return [`it does not read partition ${partition} of ${topic}`]
    return compareOffsets(offset, end) > 0 ? [`${topic}/${partition} ends at offset ${end}, before ${offset}`] : []
  })
}

/**
 * Positions for the partitions that have none. A topic that is new to the group starts at `startAt`; a partition that has
 * come to a topic since, and a topic that has come since, with its first message: nobody was there to miss the others.
 */
export async function firstPositions(
  admin: Pick<PositionAdmin, 'listOffsets'>,
  found: readonly PartitionPosition[],
  startAt: readonly StartPosition[],
  late: ReadonlySet<string>,
): Promise<readonly PartitionOffset[]> {
  const wanted = found.filter(({ offset }) => offset === undefined)
  const positions: PartitionOffset[] = []
  for (const topic of new Set(wanted.map((each) => each.topic))) {
    const isKnown = found.some((each) => each.topic === topic && each.offset !== undefined)
    const partitions = wanted.filter((each) => each.topic === topic)
    positions.push(...(await starts(admin, partitions, topic, isKnown || late.has(topic) ? ['earliest'] : startAt)))
  }
  return positions
}

/** For each partition the first of the positions that says something of it. */
async function starts(
  admin: Pick<PositionAdmin, 'listOffsets'>,
  partitions: readonly PartitionPosition[],
  topic: string,
  startAt: readonly StartPosition[],
): Promise<readonly PartitionOffset[]> {
  const offsets = new Map<number, string>()
  for (const position of startAt) {
    for (const { partition, offset } of await offsetsAt(admin, topic, position)) {
      if (!offsets.has(partition)) offsets.set(partition, offset)
    }
  }
  return partitions.flatMap(({ partition }) => {
    const offset = offsets.get(partition)
    return offset === undefined ? [] : [{ topic, partition, offset }]
  })
}

async function endsOf(
  admin: Pick<PositionAdmin, 'listOffsets'>,
  topics: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const ends = await Promise.all(topics.map((topic) => admin.listOffsets(topic, 'latest')))
  return new Map(ends.flat().map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
}
