import { type Clock, type PartitionOffset, sleep } from '@gulo/core'
import type { ConsumerEvent, KafkaClient, KafkaConsumer } from '../client/client.js'
import { coreFault, kafkaFault, reasonOf } from '../faults.js'
import { askAdmin } from './ask-admin.js'

export interface Storing {
  readonly client: KafkaClient
  readonly clock: Clock
  readonly group: string
  readonly positions: readonly PartitionOffset[]
  readonly deadlineMs: number
}

const PAUSE_MS = 100

/**
 * Stores positions for a group that has no members, as its only member for a moment: a broker takes them from members
 * alone, and refuses whoever is not one. @throws GULO_GROUP_ACTIVE or KAFKA_SUBSCRIBE_FAILED
 */
export async function storePositions(storing: Storing): Promise<void> {
  const { client, clock, group, positions, deadlineMs } = storing
  const over = new AbortController()
  const crashed: { error?: unknown } = {}
  const consumer: KafkaConsumer = client.createConsumer({
    group,
    topics: [...new Set(positions.map(({ topic }) => topic))],
    // Nothing is taken: what is fetched before the pause counts as not fetched.
    onBatch: () => sleep(clock, PAUSE_MS, over.signal),
    onEvent: (event) => {
      if (event.kind === 'crashed') crashed.error = event.error
      else if (event.kind === 'joined') pauseAll(consumer, event)
    },
  })
  const startedAt = clock.monotonic()
  try {
    await consumer.run()
    while (!(await isStored(storing, consumer))) {
      const late = clock.monotonic() - startedAt > deadlineMs
      if (late || 'error' in crashed) {
        const reason = 'error' in crashed ? reasonOf(crashed.error) : 'its positions were not stored'
        throw kafkaFault('KAFKA_SUBSCRIBE_FAILED', { group, deadlineMs, reason }, crashed.error)
      }
      await sleep(clock, PAUSE_MS)
    }
  } finally {
    over.abort()
    await consumer.stop().catch(() => undefined)
    consumer.destroy()
  }
}

function pauseAll(consumer: KafkaConsumer, { assignment }: Extract<ConsumerEvent, { kind: 'joined' }>): void {
  for (const [topic, partitions] of Object.entries(assignment)) {
    for (const partition of partitions) consumer.pause(topic, partition)
  }
}

async function isStored({ client, group, positions }: Storing, consumer: KafkaConsumer): Promise<boolean> {
  return askAdmin(client, async (admin) => {
    // Members that came meanwhile read on from where they are, whatever is stored.
    const members = await admin.countMembers(group)
    if (members > 1) throw coreFault('GULO_GROUP_ACTIVE', { group, members })
    await consumer.commit(positions)
    const topics = [...new Set(positions.map(({ topic }) => topic))]
    const stored = await admin.fetchPositions(group, topics)
    const offsets = new Map(stored.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
    return positions.every(({ topic, partition, offset }) => offsets.get(`${topic}/${partition}`) === offset)
  })
}
