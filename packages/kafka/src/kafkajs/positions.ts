import type { PartitionOffset } from '@gulo/core'
import type { Admin } from 'kafkajs'
import type { OffsetQuery, PartitionPosition } from '../client/positions.js'
import { toFailure, translated } from './failures.js'

// GROUP_ID_NOT_FOUND: what is to be forgotten is not there
const GROUP_ID_NOT_FOUND = 69
const OWN_TOPIC = '__'

export async function listTopics(admin: Admin): Promise<readonly string[]> {
  const topics = await translated(admin.listTopics())
  return topics.filter((topic) => !topic.startsWith(OWN_TOPIC))
}

export async function fetchPositions(
  admin: Admin,
  groupId: string,
  topics: readonly string[],
): Promise<readonly PartitionPosition[]> {
  if (topics.length === 0) return []
  const found = await translated(admin.fetchOffsets({ groupId, topics: [...topics] }))
  return found.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) < 0 ? undefined : offset })),
  )
}

export async function listOffsets(admin: Admin, topic: string, at: OffsetQuery): Promise<readonly PartitionOffset[]> {
  if (typeof at === 'object') {
    const found = await translated(admin.fetchTopicOffsetsByTimestamp(topic, at.timestamp))
    return found.map(({ partition, offset }) => ({ topic, partition, offset }))
  }
  const found = await translated(admin.fetchTopicOffsets(topic))
  return found.map(({ partition, low, high }) => ({ topic, partition, offset: at === 'earliest' ? low : high }))
}

export async function countMembers(admin: Admin, group: string): Promise<number> {
  const { groups } = await translated(admin.describeGroups([group]))
  return groups[0]?.members.length ?? 0
}

export async function deleteGroup(admin: Admin, group: string): Promise<void> {
  try {
    await admin.deleteGroups([group])
  } catch (error) {
    const groups = (error as { groups?: readonly { errorCode?: number }[] }).groups
    if (groups?.[0]?.errorCode !== GROUP_ID_NOT_FOUND) throw toFailure(error)
  }
}
