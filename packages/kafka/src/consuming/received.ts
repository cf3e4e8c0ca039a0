import type { ReceivedMessage } from '@gulo/core'
import type { FetchedRecord } from '../client/client.js'

/** A fetched record as subscribers see it: the bytes and headers as they are, the key as UTF-8 text. */
export function toReceived(topic: string, partition: number, record: FetchedRecord): ReceivedMessage {
  const { key, value, headers, offset, timestamp } = record
  return {
    topic,
    partition,
    offset,
    queue: undefined,
    timestamp: Number.isFinite(timestamp) ? timestamp : undefined,
    // Kafka does not count deliveries
    redeliveries: undefined,
    key: key === null ? undefined : asBuffer(key).toString('utf8'),
    body: value,
    headers,
  }
}

// without a copy: a fetch brings thousands of keys
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
