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
    key: key === null ? undefined : Buffer.from(key).toString('utf8'),
    body: value,
    headers,
  }
}
