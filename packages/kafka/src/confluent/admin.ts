import type { PartitionOffset } from '@gulo/core'
import { type KafkaAdmin, KafkaFailure, type TopicDescription, type TopicSpec } from '../client/client.js'
import type { OffsetQuery, PartitionPosition } from '../client/positions.js'
import { UNKNOWN_TOPIC_OR_PARTITION } from '../client/verdict.js'
import { construct, explained } from './connecting.js'
import type { Callback, ConfluentModule, DriverAdmin, DriverTopicDescription } from './driver.js'
import { commonConfig, connectDeadlineMs, type DriverSettings } from './driver-config.js'
import { called } from './failures.js'
import { GroupAdmin } from './group-admin.js'

const TOPIC_ALREADY_EXISTS = 36

/** Reads and creates topics through librdkafka. */
export class ConfluentAdmin implements KafkaAdmin {
  private readonly settings: DriverSettings
  private readonly load: () => Promise<ConfluentModule>
  private readonly underWay = new Set<Promise<unknown>>()
  private native: DriverAdmin | undefined
  private readonly groups: GroupAdmin
  private ended = false

  constructor(settings: DriverSettings, load: () => Promise<ConfluentModule>) {
    this.settings = settings
    this.load = load
    this.groups = new GroupAdmin(
      (call) => this.ask((done) => call(this.driver(), done)),
      settings.requestTimeoutMs,
      async (topics) =>
        (await this.describeTopics(topics)).flatMap(({ topic, partitions }) =>
          partitions.map(({ partition }) => ({ topic, partition })),
        ),
    )
  }

  async connect(): Promise<void> {
    const { AdminClient } = await this.load()
    const native = construct(() => AdminClient.create({ ...commonConfig(this.settings) }))
    this.native = native
    const timeout = connectDeadlineMs(this.settings)
    await explained(native, () => this.ask((done) => native.getMetadata({ allTopics: false, timeout }, done)))
  }

  async describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]> {
    if (topics.length === 0) return []
    const timeout = this.settings.requestTimeoutMs
    const found = await this.ask<readonly DriverTopicDescription[]>((done) =>
      this.driver().describeTopics([...topics], { timeout }, done),
    )
    return found.flatMap(toDescription)
  }

  async createTopics(specs: readonly TopicSpec[]): Promise<void> {
    const creating = specs.map(({ topic, partitions, replication, configs }) => {
      const shape = { topic, num_partitions: partitions, replication_factor: replication, config: configs }
      return this.ask((done) => this.driver().createTopic(shape, this.settings.requestTimeoutMs, done))
    })
    for (const outcome of await Promise.allSettled(creating)) {
      if (outcome.status === 'rejected' && outcome.reason.code !== TOPIC_ALREADY_EXISTS) throw outcome.reason
    }
  }

  async growTopic(topic: string, partitions: number): Promise<void> {
    await this.ask((done) => this.driver().createPartitions(topic, partitions, this.settings.requestTimeoutMs, done))
  }

  /**
   * librdkafka asks the broker of its choice. That is enough: it goes on looking for a topic by itself where another
   * broker does not know it yet.
   */
  async isKnownEverywhere(topics: ReadonlyMap<string, number>): Promise<boolean> {
    const found = await this.describeTopics([...topics.keys()])
    return found.length === topics.size && found.every((each) => isComplete(each, topics))
  }

  /** The binding cannot read them: nothing is found that differs. */
  async topicConfigs(): Promise<Readonly<Record<string, string>>> {
    return {}
  }

  listTopics(): Promise<readonly string[]> {
    return this.groups.listTopics()
  }

  fetchPositions(group: string, topics: readonly string[]): Promise<readonly PartitionPosition[]> {
    return this.groups.fetchPositions(group, topics)
  }

  listOffsets(topic: string, at: OffsetQuery): Promise<readonly PartitionOffset[]> {
    return this.groups.listOffsets(topic, at)
  }

  countMembers(group: string): Promise<number> {
    return this.groups.countMembers(group)
  }

  deleteGroup(group: string): Promise<void> {
    return this.groups.deleteGroup(group)
  }

  async close(): Promise<void> {
    this.ended = true
    const { native } = this
    this.native = undefined
    if (native === undefined) return
    // Disconnecting blocks the process until every request is answered.
    await Promise.allSettled(this.underWay)
    native.disconnect()
  }

  destroy(): void {
    void this.close()
  }

  private driver(): DriverAdmin {
    if (this.native === undefined || this.ended) throw new KafkaFailure('this admin client has ended', undefined)
    return this.native
  }

  private ask<T>(call: (done: Callback<T>) => unknown): Promise<T> {
    const asked = called(call)
    this.underWay.add(asked)
    const done = () => void this.underWay.delete(asked)
    asked.then(done, done)
    return asked
  }
}

function toDescription({ name, error, partitions }: DriverTopicDescription): TopicDescription[] {
  const code = typeof error?.code === 'number' ? error.code : 0
  if (code === UNKNOWN_TOPIC_OR_PARTITION) return []
  if (error !== undefined && code !== 0) throw new KafkaFailure(error.message, code, error)
  return [
    {
      topic: name,
      partitions: partitions.map(({ partition, leader, replicas }) => ({
        partition,
        leader: leader?.id,
        copies: replicas.length,
      })),
    },
  ]
}

function isComplete({ topic, partitions }: TopicDescription, expected: ReadonlyMap<string, number>): boolean {
  return partitions.length >= (expected.get(topic) ?? 1) && partitions.every(({ leader }) => leader !== undefined)
}
