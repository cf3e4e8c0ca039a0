import type { Producer, TopicMessages } from 'kafkajs'
import type { PartitionAnswer, PartitionBatch, ProducerSession } from '../client/client.js'
import type { Compression } from '../config/codecs.js'
import type { KafkaSettings } from '../config/settings.js'
import { registerReplacement } from './compression.js'
import { newKafka } from './connect.js'
import { translated } from './failures.js'
import { KillSwitch } from './kill-switch.js'
import { type Call, oneLeader } from './one-leader.js'
import { proveCodec } from './prove-codec.js'
import { Seeds } from './seeds.js'
import { type StubBatch, toMessages } from './stubs.js'
import { type Written, WrittenRecords } from './written-records.js'

// One for all producers of the process, as kafkajs has one table of codecs for it; empty but while requests are formed.
const records = new WrittenRecords()
let numberOf: ((compression: Compression) => number) | undefined

/** An idempotent kafkajs producer that sends each batch once and leaves every second try to its owner. */
export class KafkajsProducer implements ProducerSession {
  private readonly killSwitch = new KillSwitch()
  private readonly producer: Producer
  private readonly settings: KafkaSettings
  private readonly seeds: Seeds

  constructor(settings: KafkaSettings, seeds = new Seeds(settings.brokers)) {
    this.settings = settings
    this.seeds = seeds
    numberOf ??= registerReplacement((stubs) => records.inPlaceOf(stubs))
    this.producer = newKafka(settings, { seeds, killSwitch: this.killSwitch, retries: 1 }).producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: oneLeader,
      // kafkajs remembers answers per broker: a retry after a fail-over resolves without having sent what moved. It
      // refuses 0 for an idempotent producer, and NaN is the number that no count is less than.
      retry: { retries: Number.NaN },
    })
  }

  async connect(): Promise<void> {
    await proveCodec(this.settings)
    await this.seeds.heeding(translated(this.producer.connect()))
  }

  async publishBatch(batches: readonly PartitionBatch[]): Promise<readonly PartitionAnswer[]> {
    const { compression, requestTimeoutMs } = this.settings
    const { topicMessages, written } = toTopicMessages(batches)
    try {
      const answers = await translated(
        this.producer.sendBatch({
          topicMessages,
          acks: -1,
          timeout: requestTimeoutMs,
          compression: numberOf?.(compression) ?? 0,
        }),
      )
      return answers.map(({ topicName, partition, errorCode }) => ({ topic: topicName, partition, errorCode }))
    } finally {
      records.forget(written)
    }
  }

  close(): Promise<void> {
    return translated(this.producer.disconnect())
  }

  destroy(): void {
    this.killSwitch.pull()
    // closes what it believes to have open, timers included; there is nobody left to tell
    this.producer.disconnect().catch(() => undefined)
  }
}

function toTopicMessages(batches: readonly PartitionBatch[]) {
  const topics = new Map<string, StubBatch[]>()
  const call: Call = { leader: undefined }
  const written = batches.map((batch) => records.write(batch, call))
  for (const [index, { topic }] of batches.entries()) {
    const { stubs } = written[index] as Written
    const others = topics.get(topic)
    if (others === undefined) topics.set(topic, [stubs])
    else others.push(stubs)
  }
  const topicMessages: TopicMessages[] = [...topics].map(([topic, all]) => ({ topic, messages: toMessages(all) }))
  return { topicMessages, written }
}
