import { type Clock, type PartitionLag, type PartitionOffset, positionFaults, type StartPosition } from '@gulo/core'
import type { KafkaAdmin, KafkaClient } from '../client/client.js'
import { coreFault } from '../faults.js'
import { askAdmin } from './ask-admin.js'
import { compareOffsets } from './offsets.js'
import { missingOffsets, offsetsAt } from './start-positions.js'
import { storePositions } from './store-positions.js'

/** How far a group has come in those of the topics that there are; without a position it has all before it, or nothing. */
export async function lagOf(
  client: KafkaClient,
  group: string,
  topics: readonly string[],
  fromBeginning: boolean,
): Promise<readonly PartitionLag[]> {
  return askAdmin(client, async (admin) => {
    const existing = await existingTopics(admin, topics)
    const positions = await admin.fetchPositions(group, existing)
    const [firsts, nexts] = await Promise.all([
      offsets(admin, existing, 'earliest'),
      offsets(admin, existing, 'latest'),
    ])
    return positions.map(({ topic, partition, offset }) => {
      const name = `${topic}/${partition}`
      const [first = '0', next = '0'] = [firsts.get(name), nexts.get(name)]
      const from = offset ?? (fromBeginning ? first : next)
      // what the broker has dropped by age will not be handled
      const lag = BigInt(next) - BigInt(compareOffsets(from, first) < 0 ? first : from)
      return { topic, partition, queue: undefined, position: offset, lag: lag > 0n ? Number(lag) : 0 }
    })
  })
}

export interface Move {
  readonly client: KafkaClient
  readonly clock: Clock
  readonly group: string
  readonly topics: readonly string[]
  readonly to: StartPosition
  readonly deadlineMs: number
}

/** Moves a group without members. @throws GULO_SUBSCRIPTION_INVALID, GULO_GROUP_ACTIVE or KAFKA_SUBSCRIBE_FAILED */
export async function moveGroup({ client, clock, group, topics, to, deadlineMs }: Move): Promise<void> {
  const faults = [
    ...(typeof group === 'string' && group !== '' ? [] : ['it has no group.']),
    ...(to === undefined ? ['to is missing: say where to.'] : positionFaults(to, 'to')),
  ]
  refuse(group, faults)
  const positions = await askAdmin(client, async (admin) => {
    const existing = await existingTopics(admin, topics)
    const absent = topics.filter((topic) => !existing.includes(topic))
    refuse(
      group,
      absent.map((topic) => `there is no topic ${topic}.`),
    )
    refuse(group, await missingOffsets(admin, existing, to))
    const members = await admin.countMembers(group)
    if (members > 0) throw coreFault('GULO_GROUP_ACTIVE', { group, members })
    return (await Promise.all(existing.map((topic) => offsetsAt(admin, topic, to)))).flat()
  })
  if (positions.length > 0) await storePositions({ client, clock, group, positions, deadlineMs })
}

function refuse(group: string, faults: readonly string[]): void {
  if (faults.length === 0) return
  throw coreFault('GULO_SUBSCRIPTION_INVALID', { group, wrong: faults.join(' ').replace(/\.$/, '') })
}

async function existingTopics(admin: KafkaAdmin, topics: readonly string[]): Promise<readonly string[]> {
  return (await admin.describeTopics([...new Set(topics)])).map(({ topic }) => topic)
}

async function offsets(
  admin: KafkaAdmin,
  topics: readonly string[],
  at: 'earliest' | 'latest',
): Promise<ReadonlyMap<string, string>> {
  const found: readonly PartitionOffset[][] = await Promise.all(
    topics.map(async (topic) => [...(await admin.listOffsets(topic, at))]),
  )
  return new Map(found.flat().map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
}
