import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin, type Kafka, type KafkaMessage } from 'kafkajs'
import type { StoredCopy } from '../ledger/books.js'

/** kafkajs as it is, on the listener that no proxy stands before. */
export function rawKafka(address: string, options: object = {}): Kafka {
  return new kafkajs.Kafka({
    brokers: address.split(','),
    clientId: 'audit',
    logLevel: kafkajs.logLevel.NOTHING,
    ...options,
  })
}

export async function withAdmin<T>(address: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = rawKafka(address, { retry: { retries: 20, maxRetryTime: 1000 } }).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Everything in the topic, from its first record to where it ends now, as the broker keeps it. */
export async function readLog(address: string, topic: string): Promise<StoredCopy[]> {
  const ends = await withAdmin(address, (admin) => admin.fetchTopicOffsets(topic))
  const missing = new Map(ends.filter(({ low, high }) => low !== high).map((end) => [end.partition, BigInt(end.high)]))
  const copies: StoredCopy[] = []
  const consumer = rawKafka(address).consumer({
    groupId: `audit-${process.pid}-${performance.now()}`,
    maxWaitTimeInMs: 100,
  })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { partition, messages } }) => {
        for (const message of messages) copies.push(toCopy(message))
        const last = messages.at(-1)?.offset
        if (last !== undefined && BigInt(last) + 1n >= (missing.get(partition) ?? 0n)) missing.delete(partition)
      },
    })
    while (missing.size > 0) await sleep(20)
    return copies
  } finally {
    await consumer.disconnect()
  }
}

// kafkajs tells the producer of a batch, though its types do not.
function toCopy(message: KafkaMessage & { readonly batchContext?: { readonly producerId?: string } }): StoredCopy {
  return { id: String(message.headers?.['ce_id']), producer: String(message.batchContext?.producerId) }
}
