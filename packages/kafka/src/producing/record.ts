import type { Codec, Envelope, OutgoingMessage } from '@gulo/core'
import type { KafkaRecord } from '../client/client.js'

/** A record that knows where it goes; the partition is chosen later where none is given. */
export interface AddressedRecord {
  readonly topic: string
  readonly partition: number | undefined
  readonly record: KafkaRecord
}

/** What encodes an envelope with this codec, and throws what that throws. */
export function recordsWith(codec: Codec): (envelope: Envelope, timestamp: number) => AddressedRecord {
  const options = { prefix: 'ce_' }
  return (envelope, timestamp) => {
    const { topic, partition, partitionKey: key } = envelope
    const { body, headers } = codec.encode(envelope, options)
    return { topic, partition, record: { key, value: body, headers, timestamp } }
  }
}

/** Takes a message as it is. */
export function toForwardedRecord(message: OutgoingMessage, timestamp: number): AddressedRecord {
  const { topic, partition, key, body, headers } = message
  return { topic, partition, record: { key, value: body, headers, timestamp } }
}

// what the record format adds at most: lengths, attributes, deltas
const RECORD_OVERHEAD_BYTES = 40
const HEADER_OVERHEAD_BYTES = 10

/** Bytes of a record in a batch, rather too many than too few. */
export function sizeOf({ key, value, headers }: KafkaRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + (value?.byteLength ?? 0) + (key === undefined ? 0 : Buffer.byteLength(key))
  for (const name in headers) {
    const content = headers[name] as string | Uint8Array
    bytes += HEADER_OVERHEAD_BYTES + Buffer.byteLength(name)
    bytes += typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength
  }
  return bytes
}
