import type { Admin } from 'kafkajs'
import type { KafkaAdmin, TopicDescription, TopicShape } from '../client/client.js'
import { UNKNOWN_TOPIC_OR_PARTITION } from '../client/verdict.js'
import type { KafkaSettings } from '../config/settings.js'
import { newKafka } from './connect.js'
import { toFailure, translated } from './failures.js'
import { KillSwitch } from './kill-switch.js'

/** Reads and creates topics through kafkajs. */
export class KafkajsAdmin implements KafkaAdmin {
  private readonly killSwitch = new KillSwitch()
  private readonly admin: Admin

  constructor(settings: KafkaSettings) {
    this.admin = newKafka(settings, this.killSwitch, 2).admin()
  }

  connect(): Promise<void> {
    return translated(this.admin.connect())
  }

  async describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]> {
    if (topics.length === 0) return []
    try {
      const { topics: found } = await this.admin.fetchTopicMetadata({ topics: [...topics] })
      return found.map(({ name, partitions }) => ({
        topic: name,
        partitions: partitions.map(({ partitionId, leader }) => ({
          partition: partitionId,
          leader: leader >= 0 ? leader : undefined,
        })),
      }))
    } catch (error) {
      const failure = toFailure(error)
      if (failure.code !== UNKNOWN_TOPIC_OR_PARTITION) throw failure
      // One missing topic hides the others: ask for each.
      if (topics.length === 1) return []
      return (await Promise.all(topics.map((topic) => this.describeTopics([topic])))).flat()
    }
  }

  async createTopics(topics: readonly string[], { partitions, replication }: TopicShape): Promise<void> {
    await translated(
      this.admin.createTopics({
        topics: topics.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: replication })),
        waitForLeaders: true,
      }),
    )
  }

  close(): Promise<void> {
    return translated(this.admin.disconnect())
  }

  destroy(): void {
    this.killSwitch.pull()
    this.admin.disconnect().catch(() => undefined)
  }
}
