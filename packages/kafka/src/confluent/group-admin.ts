import type { PartitionOffset } from '@gulo/core'
import { KafkaFailure } from '../client/client.js'
import type { OffsetQuery, PartitionPosition } from '../client/positions.js'
import type { Callback, DriverAdmin, TopicPartition } from './driver.js'

/** Asks the admin client of the binding and answers when it does. */
export type Ask = <T>(call: (driver: DriverAdmin, done: Callback<T>) => unknown) => Promise<T>

interface GroupOffsets {
  readonly partitions: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]
}

interface Described {
  readonly groups: readonly { readonly members: readonly unknown[] }[]
}

const EARLIEST = -2
const LATEST = -1
const GROUP_ID_NOT_FOUND = 69

/** Reads and forgets positions of groups through librdkafka. */
export class GroupAdmin {
  private readonly ask: Ask
  private readonly timeout: number
  private readonly partitionsOf: (topics: readonly string[]) => Promise<readonly TopicPartition[]>

  constructor(
    ask: Ask,
    timeoutMs: number,
    partitionsOf: (topics: readonly string[]) => Promise<readonly TopicPartition[]>,
  ) {
    this.ask = ask
    this.timeout = timeoutMs
    this.partitionsOf = partitionsOf
  }

  async listTopics(): Promise<readonly string[]> {
    const { timeout } = this
    const topics = await this.ask<readonly string[]>((driver, done) => driver.listTopics({ timeout }, done))
    return topics.filter((topic) => !topic.startsWith('__'))
  }

  async fetchPositions(groupId: string, topics: readonly string[]): Promise<readonly PartitionPosition[]> {
    const { timeout } = this
    const partitions = await this.partitionsOf(topics)
    if (partitions.length === 0) return []
    const found = await this.ask<readonly GroupOffsets[]>((driver, done) =>
      driver.listConsumerGroupOffsets([{ groupId, partitions }], { timeout }, done),
    )
    return found
      .flatMap((group) => group.partitions)
      .map(({ topic, partition, offset }) => ({ topic, partition, offset: offset < 0 ? undefined : String(offset) }))
  }

  async listOffsets(topic: string, at: OffsetQuery): Promise<readonly PartitionOffset[]> {
    const partitions = await this.partitionsOf([topic])
    if (at === 'earliest') return this.offsets(partitions, EARLIEST)
    const ends = await this.offsets(partitions, LATEST)
    if (at === 'latest') return ends
    const found = await this.offsets(partitions, at.timestamp)
    // none is that young: the next one will be
    return found.map((each) => (Number(each.offset) < 0 ? (ends.find((end) => isSame(end, each)) ?? each) : each))
  }

  async countMembers(group: string): Promise<number> {
    const { timeout } = this
    const { groups } = await this.ask<Described>((driver, done) => driver.describeGroups([group], { timeout }, done))
    return groups[0]?.members.length ?? 0
  }

  async deleteGroup(group: string): Promise<void> {
    const { timeout } = this
    const reports = await this.ask<readonly { readonly errorCode?: number }[]>((driver, done) =>
      driver.deleteGroups([group], { timeout }, done),
    )
    const code = reports[0]?.errorCode ?? 0
    if (code !== 0 && code !== GROUP_ID_NOT_FOUND) throw new KafkaFailure(`${group} was not deleted`, code)
  }

  private async offsets(partitions: readonly TopicPartition[], timestamp: number): Promise<readonly PartitionOffset[]> {
    if (partitions.length === 0) return []
    const { timeout } = this
    const wanted = partitions.map(({ topic, partition }) => ({ topic, partition, offset: { timestamp } }))
    const found = await this.ask<readonly (TopicPartition & { readonly offset: number })[]>((driver, done) =>
      driver.listOffsets(wanted, { timeout }, done),
    )
    return found.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) }))
  }
}

function isSame(left: TopicPartition, right: TopicPartition): boolean {
  return left.topic === right.topic && left.partition === right.partition
}
