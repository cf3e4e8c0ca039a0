import kafkajs, { type Message, type Producer, type TopicMessages } from 'kafkajs'
import type { KafkaRecord, PartitionAnswer, PartitionBatch, ProducerSession } from '../client/client.js'
import type { KafkaSettings } from '../config/settings.js'
import { newKafka } from './connect.js'
import { translated } from './failures.js'
import { KillSwitch } from './kill-switch.js'

/** An idempotent kafkajs producer that sends each batch once and leaves every second try to its owner. */
export class KafkajsProducer implements ProducerSession {
  private readonly killSwitch = new KillSwitch()
  private readonly producer: Producer
  private readonly settings: KafkaSettings

  constructor(settings: KafkaSettings) {
    this.settings = settings
    this.producer = newKafka(settings, this.killSwitch, 1).producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      // kafkajs remembers answers per broker: a retry after a fail-over resolves without having sent what moved. It
      // refuses 0 for an idempotent producer, and NaN is the number that no count is less than.
      retry: { retries: Number.NaN },
    })
  }

  connect(): Promise<void> {
    return translated(this.producer.connect())
  }

  async publishBatch(batches: readonly PartitionBatch[]): Promise<readonly PartitionAnswer[]> {
    const { compression, requestTimeoutMs } = this.settings
    const { GZIP, None } = kafkajs.CompressionTypes
    const answers = await translated(
      this.producer.sendBatch({
        topicMessages: toTopicMessages(batches),
        acks: -1,
        timeout: requestTimeoutMs,
        compression: compression === 'gzip' ? GZIP : None,
      }),
    )
    return answers.map(({ topicName, partition, errorCode }) => ({ topic: topicName, partition, errorCode }))
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

function toTopicMessages(batches: readonly PartitionBatch[]): TopicMessages[] {
  const topics = new Map<string, Message[]>()
  for (const { topic, partition, records } of batches) {
    const messages = topics.get(topic) ?? []
    for (const record of records) messages.push(toMessage(record, partition))
    topics.set(topic, messages)
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }))
}

function toMessage({ key, value, headers, timestamp }: KafkaRecord, partition: number): Message {
  const bytes = value === null ? null : toBuffer(value)
  return { key: key ?? null, value: bytes, headers: toHeaders(headers), partition, timestamp: String(timestamp) }
}

function toHeaders(headers: KafkaRecord['headers']): Record<string, Buffer | string> {
  const entries = Object.entries(headers)
  return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === 'string' ? value : toBuffer(value)]))
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
