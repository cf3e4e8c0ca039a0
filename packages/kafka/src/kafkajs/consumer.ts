import type { PartitionOffset } from '@gulo/core'
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs'
import type { ConsumerSpec, FetchedBatch, FetchedRecord, KafkaConsumer } from '../client/client.js'
import type { KafkaSettings } from '../config/settings.js'
import { newKafka } from './connect.js'
import { CoordinatorLog } from './coordinator-log.js'
import { toFailure, translated } from './failures.js'
import { KillSwitch } from './kill-switch.js'
import { Seeds } from './seeds.js'

// About 8 s with the pauses of the client: a fail-over should not cost the position and a redelivery.
const RETRIES = 10

/** One kafkajs consumer, from joining the group to leaving it or crashing. */
export class KafkajsConsumer implements KafkaConsumer {
  private readonly killSwitch = new KillSwitch()
  private readonly settings: KafkaSettings
  private readonly spec: ConsumerSpec
  private readonly consumer: Consumer
  private readonly seeds: Seeds

  constructor(settings: KafkaSettings, spec: ConsumerSpec, seeds = new Seeds(settings.brokers)) {
    this.seeds = seeds
    this.settings = settings
    this.spec = spec
    // Left to itself, kafkajs would look for the coordinator of a group it may not use for 8 s.
    const log = new CoordinatorLog((error) => spec.onEvent({ kind: 'crashed', error }))
    const wiring = { seeds, killSwitch: this.killSwitch, retries: RETRIES, logCreator: log.creator }
    this.consumer = newKafka(settings, wiring).consumer({
      groupId: spec.group,
      sessionTimeout: settings.sessionTimeoutMs,
      heartbeatInterval: settings.heartbeatIntervalMs,
      maxWaitTimeInMs: settings.maxWaitTimeInMs,
      metadataMaxAge: settings.metadataRefreshMs,
      allowAutoTopicCreation: false,
      // Whether to go on after a crash is decided in one place, and that is not here.
      retry: { retries: RETRIES, restartOnFailure: async () => false },
    })
    this.listen()
  }

  async run(): Promise<void> {
    const { topics, onBatch } = this.spec
    await this.seeds.heeding(translated(this.consumer.connect()))
    await translated(this.consumer.subscribe({ topics: [...topics], fromBeginning: true }))
    await translated(
      this.consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.settings.partitionsConsumedConcurrently,
        eachBatch: (payload) => onBatch(toBatch(payload)),
      }),
    )
  }

  pause(topic: string, partition: number): void {
    this.consumer.pause([{ topic, partitions: [partition] }])
  }

  resume(topic: string, partition: number): void {
    this.consumer.resume([{ topic, partitions: [partition] }])
  }

  seek(topic: string, partition: number, offset: string): void {
    this.consumer.seek({ topic, partition, offset })
  }

  commit(positions: readonly PartitionOffset[]): Promise<void> {
    return translated(this.consumer.commitOffsets([...positions]))
  }

  stop(): Promise<void> {
    return translated(this.consumer.disconnect())
  }

  destroy(): void {
    this.killSwitch.pull()
    this.consumer.disconnect().catch(() => undefined)
  }

  private listen(): void {
    const { onEvent } = this.spec
    const { GROUP_JOIN, FETCH, HEARTBEAT, REBALANCING, CRASH } = this.consumer.events
    this.consumer.on(GROUP_JOIN, ({ payload: { memberAssignment, memberId, isLeader } }) =>
      onEvent({ kind: 'joined', assignment: memberAssignment, member: memberId, leads: isLeader }),
    )
    this.consumer.on(FETCH, ({ payload }) => onEvent({ kind: 'fetched', node: Number(payload.nodeId) }))
    this.consumer.on(HEARTBEAT, () => onEvent({ kind: 'alive' }))
    this.consumer.on(REBALANCING, () => onEvent({ kind: 'rebalancing' }))
    this.consumer.on(CRASH, ({ payload }) => onEvent({ kind: 'crashed', error: toFailure(payload.error) }))
  }
}

function toBatch({
  batch,
  heartbeat,
  resolveOffset,
  commitOffsetsIfNecessary,
  isRunning,
  isStale,
}: EachBatchPayload): FetchedBatch {
  const { topic, partition, messages } = batch
  return {
    topic,
    partition,
    records: messages.map(toFetched),
    heartbeat: () => translated(heartbeat()),
    resolve: resolveOffset,
    // Given offsets are committed even while the consumer stops, which consumer.commitOffsets would not do.
    commit: (offset) =>
      translated(commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] })),
    isActive: () => isRunning() && !isStale(),
  }
}

function toFetched({ offset, key, value, headers, timestamp }: KafkaMessage): FetchedRecord {
  return { offset, key, value, headers: toHeaders(headers), timestamp: Number(timestamp) }
}

/** Of a repeated header the last counts; one without a value counts as absent. */
function toHeaders(headers: KafkaMessage['headers'] = {}): Record<string, Uint8Array | string> {
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || value === null || Array.isArray(value)) return withoutRepeats(headers)
  }
  return headers as Record<string, Uint8Array | string>
}

function withoutRepeats(headers: NonNullable<KafkaMessage['headers']>): Record<string, Uint8Array | string> {
  const entries: [string, Uint8Array | string][] = []
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value
    if (last !== undefined && last !== null) entries.push([name, last])
  }
  // fromEntries defines own properties: a header named __proto__ stays a header
  return Object.fromEntries(entries)
}
