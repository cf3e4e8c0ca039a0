import type { KafkaRecord, PartitionAnswer, PartitionBatch, ProducerSession } from '@gulo/kafka'
import kafkajs, { type Message, type Producer } from 'kafkajs'
import { rawKafka } from '../log.js'
import { allStored } from './until-stored.js'

interface Waiting {
  readonly batches: readonly PartitionBatch[]
  readonly settle: (error?: Error) => void
}

/**
 * Leaves retrying to kafkajs, without an end, and believes it when it resolves. Whatever has come up meanwhile goes in one
 * `sendBatch`, for all leaders: kafkajs remembers which of them have answered, not for which partitions.
 */
export class RetryingSession implements ProducerSession {
  private readonly producer: Producer
  private readonly waiting: Waiting[] = []
  private sending = false

  constructor(brokers: readonly string[]) {
    this.producer = rawKafka(brokers.join(','), { requestTimeout: 3000 }).producer({
      idempotent: true,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 100, maxRetryTime: 1000 },
    })
  }

  connect(): Promise<void> {
    return this.producer.connect()
  }

  publishBatch(batches: readonly PartitionBatch[]): Promise<readonly PartitionAnswer[]> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error) => (error === undefined ? resolve(allStored(batches)) : reject(error))
      this.waiting.push({ batches, settle })
      setImmediate(() => void this.flush())
    })
  }

  close(): Promise<void> {
    return this.producer.disconnect()
  }

  destroy(): void {
    this.producer.disconnect().catch(() => undefined)
  }

  private async flush(): Promise<void> {
    if (this.sending) return
    this.sending = true
    while (this.waiting.length > 0) {
      const calls = this.waiting.splice(0)
      const failure = await this.send(calls.flatMap(({ batches }) => batches)).catch((error: Error) => error)
      for (const { settle } of calls) settle(failure)
    }
    this.sending = false
  }

  private async send(batches: readonly PartitionBatch[]): Promise<undefined> {
    const topics = new Map<string, Message[]>()
    for (const { topic, partition, records } of batches) {
      const messages = records.map((record) => toMessage(record, partition))
      topics.set(topic, [...(topics.get(topic) ?? []), ...messages])
    }
    await this.producer.sendBatch({ topicMessages: [...topics].map(([topic, messages]) => ({ topic, messages })) })
  }
}

function toMessage({ key, value, headers, timestamp }: KafkaRecord, partition: number): Message {
  return {
    key: key ?? null,
    value: value === null ? null : Buffer.from(value),
    headers: headers as Record<string, string | Buffer>,
    partition,
    timestamp: String(timestamp),
  }
}
