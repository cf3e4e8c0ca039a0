import kafkajs, { type Message, type Producer } from 'kafkajs'
import { rawKafka } from '../kafka/log.js'
import type { Item } from '../ledger/books.js'
import { TYPE } from '../workers/protocol.js'
import type { Publish } from './drive.js'

const LARGEST_BATCH = 500

export interface RawPublisher {
  readonly case: string
  readonly publish: Publish
  close(): Promise<void>
}

/** kafkajs with `idempotent: true` and its defaults, each message in a `send` of its own. */
export async function concurrentSends(address: string): Promise<RawPublisher> {
  const producer = await connected(address)
  return {
    case: 'kafkajs, idempotent, 100 concurrent sends',
    publish: async (item) => void (await producer.send({ topic: TYPE, messages: [toMessage(item)] })),
    close: () => producer.disconnect(),
  }
}

/** The same with one `sendBatch` at a time, for everything that has come up meanwhile. */
export async function coalesced(address: string): Promise<RawPublisher> {
  const producer = await connected(address)
  const waiting: { readonly item: Item; readonly settle: (error?: Error) => void }[] = []
  let sending = false
  const flush = async () => {
    if (sending) return
    sending = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, LARGEST_BATCH)
      const messages = batch.map(({ item }) => toMessage(item))
      const failure = await producer.sendBatch({ topicMessages: [{ topic: TYPE, messages }] }).then(
        () => undefined,
        (error: Error) => error,
      )
      for (const { settle } of batch) settle(failure)
    }
    sending = false
  }
  return {
    case: 'kafkajs, idempotent, one coalesced sendBatch at a time',
    publish: (item) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ item, settle: (error) => (error === undefined ? resolve() : reject(error)) })
        setImmediate(() => void flush())
      }),
    close: () => producer.disconnect(),
  }
}

async function connected(address: string): Promise<Producer> {
  const producer = rawKafka(address, { requestTimeout: 3000 }).producer({
    idempotent: true,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  return producer
}

function toMessage({ id, key, n }: Item): Message {
  return { key, value: JSON.stringify({ key, n }), headers: { ce_id: id } }
}
