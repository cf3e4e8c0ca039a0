import type { ReceivedMessage } from '@gulo/core'
import type { ConsumeMessage } from 'amqplib'
import { fromTable, KEY_HEADER, keyIn, TOMBSTONE_HEADER } from './headers.js'
import { addProperties } from './native.js'

const IDS = ['cloudEvents_id', 'cloudEvents:id', 'ce_id', 'ce-id']

/** A message of a queue as subscribers see it. */
export function toReceived(message: ConsumeMessage, queue: string, topic: string): ReceivedMessage {
  const { content, properties, fields } = message
  const table: Readonly<Record<string, unknown>> = properties.headers ?? {}
  const headers = fromTable(table)
  if (typeof properties.contentType === 'string') headers['content-type'] = properties.contentType
  if (!hasId(headers)) addProperties(headers, properties)
  const key = table[KEY_HEADER]
  return {
    topic,
    partition: undefined,
    offset: undefined,
    queue,
    timestamp: typeof properties.timestamp === 'number' ? properties.timestamp * 1000 : undefined,
    redeliveries: redeliveriesOf(table, fields.redelivered),
    key: typeof key === 'string' ? key : keyIn(headers),
    body: table[TOMBSTONE_HEADER] === true && content.length === 0 ? null : content,
    headers,
  }
}

function hasId(headers: object): boolean {
  for (const name of IDS) if (Object.hasOwn(headers, name)) return true
  return false
}

// Quorum queues count; others only say that it was not the first time.
function redeliveriesOf(table: Readonly<Record<string, unknown>>, redelivered: boolean): number {
  const count = table['x-delivery-count']
  return typeof count === 'number' ? count : Number(redelivered)
}
