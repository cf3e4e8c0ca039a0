import type { PartitionOffset } from '@gulo/core'
import kafkajs, { type Admin } from 'kafkajs'
import type { KafkaAdmin, TopicDescription, TopicSpec } from '../client/client.js'
import type { OffsetQuery, PartitionPosition } from '../client/positions.js'
import { UNKNOWN_TOPIC_OR_PARTITION } from '../client/verdict.js'
import type { KafkaSettings } from '../config/settings.js'
import { newKafka } from './connect.js'
import { CoordinatorLog } from './coordinator-log.js'
import { toFailure, translated } from './failures.js'
import { KillSwitch } from './kill-switch.js'
import { countMembers, deleteGroup, fetchPositions, listOffsets, listTopics } from './positions.js'
import { Seeds } from './seeds.js'

const ASKED_EACH = 10

/** Reads and creates topics through kafkajs. */
export class KafkajsAdmin implements KafkaAdmin {
  private readonly killSwitch = new KillSwitch()
  private readonly log = new CoordinatorLog()
  private readonly admin: Admin
  private readonly seeds: Seeds

  constructor(settings: KafkaSettings, seeds = new Seeds(settings.brokers)) {
    this.seeds = seeds
    this.admin = newKafka(settings, {
      seeds,
      killSwitch: this.killSwitch,
      retries: 2,
      logCreator: this.log.creator,
    }).admin()
  }

  connect(): Promise<void> {
    return this.seeds.heeding(translated(this.admin.connect()))
  }

  async describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]> {
    if (topics.length === 0) return []
    try {
      const { topics: found } = await this.admin.fetchTopicMetadata({ topics: [...topics] })
      return found.map(({ name, partitions }) => ({
        topic: name,
        partitions: partitions.map(({ partitionId, leader, replicas }) => ({
          partition: partitionId,
          leader: leader >= 0 ? leader : undefined,
          copies: replicas.length,
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

  async createTopics(specs: readonly TopicSpec[]): Promise<void> {
    const topics = specs.map(({ topic, partitions, replication, configs }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor: replication,
      configEntries: Object.entries(configs).map(([name, value]) => ({ name, value })),
    }))
    await translated(this.admin.createTopics({ topics, waitForLeaders: true }))
  }

  async growTopic(topic: string, partitions: number): Promise<void> {
    await translated(this.admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] }))
  }

  async topicConfigs(topic: string): Promise<Readonly<Record<string, string>>> {
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }]
    const described = await translated(this.admin.describeConfigs({ resources, includeSynonyms: false }))
    const entries = described.resources.flatMap(({ configEntries }) => configEntries)
    return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]))
  }

  /** Asks for the topics, of a broker that chance decides, until each of them has answered. */
  async isKnownEverywhere(topics: ReadonlyMap<string, number>): Promise<boolean> {
    let asked = ''
    const unlisten = this.admin.on(this.admin.events.REQUEST, ({ payload: { apiName, broker } }) => {
      if (apiName === 'Metadata') asked = broker
    })
    try {
      const { brokers } = await translated(this.admin.describeCluster())
      const waiting = new Set(brokers.map(({ host, port }) => `${host}:${port}`))
      for (let left = brokers.length * ASKED_EACH; left > 0 && waiting.size > 0; left--) {
        const found = await this.describeTopics([...topics.keys()])
        if (found.length < topics.size || !found.every((each) => isComplete(each, topics))) return false
        waiting.delete(asked)
      }
      return waiting.size === 0
    } finally {
      unlisten()
    }
  }

  listTopics(): Promise<readonly string[]> {
    return listTopics(this.admin)
  }

  fetchPositions(group: string, topics: readonly string[]): Promise<readonly PartitionPosition[]> {
    return this.log.explaining(fetchPositions(this.admin, group, topics))
  }

  listOffsets(topic: string, at: OffsetQuery): Promise<readonly PartitionOffset[]> {
    return listOffsets(this.admin, topic, at)
  }

  countMembers(group: string): Promise<number> {
    return this.log.explaining(countMembers(this.admin, group))
  }

  deleteGroup(group: string): Promise<void> {
    return this.log.explaining(deleteGroup(this.admin, group))
  }

  close(): Promise<void> {
    return translated(this.admin.disconnect())
  }

  destroy(): void {
    this.killSwitch.pull()
    this.admin.disconnect().catch(() => undefined)
  }
}

function isComplete({ topic, partitions }: TopicDescription, expected: ReadonlyMap<string, number>): boolean {
  return partitions.length >= (expected.get(topic) ?? 1) && partitions.every(({ leader }) => leader !== undefined)
}
