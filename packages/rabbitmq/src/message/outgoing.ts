import type { Codec, Envelope, OutgoingMessage } from '@gulo/core'
import type { Options } from 'amqplib'
import { coreFault, rabbitFault } from '../faults.js'
import { delayRoute } from '../topology/delays.js'
import { SLOT_HEADER, slotOf } from '../topology/slots.js'
import { joinTopologies, type TopologyRules } from '../topology/topology.js'
import { type AmqpTable, toTable } from './headers.js'
import { nativeProperties } from './native.js'
import { checkNames, MAX_SHORT, type MessageRoute, type Routes } from './routes.js'

/** A message ready for the channel: where it goes, what must exist there, bytes and properties. */
export interface AmqpMessage extends MessageRoute {
  readonly body: Buffer
  readonly properties: Options.Publish
}

export interface WritingRules extends TopologyRules {
  readonly codec: Codec
  readonly routes: Routes
  readonly maxMessageBytes: number
}

const PREFIX = { prefix: 'cloudEvents_' }
const EMPTY = Buffer.alloc(0)
// amqplib encodes headers into a buffer of this size
const MAX_TABLE = 65_536

/** @throws RABBITMQ_MESSAGE_INVALID, GULO_TOO_LARGE, GULO_NOT_SERIALIZABLE */
export function fromEnvelope(envelope: Envelope, rules: WritingRules): AmqpMessage {
  const { body, headers } = rules.codec.encode(envelope, PREFIX)
  const { topic, type, partitionKey, aggregateId } = envelope
  const message = write({ topic, type, key: partitionKey ?? aggregateId, body, headers }, envelope.id, rules)
  const { properties } = message
  put(properties, 'messageId', envelope.id)
  put(properties, 'correlationId', envelope.correlationId)
  put(properties, 'appId', envelope.source)
  const seconds = Math.floor(Date.parse(envelope.occurredAt ?? '') / 1000)
  if (seconds >= 0) properties.timestamp = seconds
  return message
}

/** @throws RABBITMQ_MESSAGE_INVALID, GULO_TOO_LARGE */
export function fromOutgoing(message: OutgoingMessage, rules: WritingRules): AmqpMessage {
  const { cloudEvents_id: id, cloudEvents_source: source } = message.headers
  const native =
    id === undefined
      ? nativeProperties(message.headers, rules.routes.of(message.topic, message.type).parked)
      : undefined
  const written = write(
    native === undefined ? message : { ...message, headers: native.headers },
    id ?? native?.properties.messageId,
    rules,
  )
  Object.assign(written.properties, native?.properties)
  put(written.properties, 'messageId', id)
  put(written.properties, 'appId', source)
  return written
}

/** A message that waits at the broker before it goes where it was written to. */
export function delayed(message: AmqpMessage, delayMs: number, rules: WritingRules): AmqpMessage {
  const { exchange, routingKey, parked, need, topology: target } = message
  const route = delayRoute({ exchange, routingKey }, delayMs, rules)
  checkNames(routingKey, { 'routing key with its delay': route.routingKey })
  return {
    ...message,
    exchange: route.exchange,
    routingKey: route.routingKey,
    parked: true,
    need: `delay ${route.level} ${need}`,
    topology: parked ? joinTopologies(target, route.topology) : route.topology,
  }
}

function write(message: OutgoingMessage, id: string | Uint8Array | undefined, rules: WritingRules): AmqpMessage {
  const { topic, type, key, body, headers } = message
  const { exchange, routingKey, parked, need, topology } = rules.routes.of(topic, type)
  const table = toTable(headers, key, body === null)
  const spread = key ?? id
  // Set aside as well: whoever moves it back by hand has it come to the queue of its key.
  if (spread !== undefined) table[SLOT_HEADER] = slotOf(spread)
  const properties: Options.Publish = { persistent: true, mandatory: true, headers: table }
  const contentType = headers['content-type']
  if (contentType !== undefined) {
    properties.contentType = textOf(contentType)
    checkNames(type ?? topic, { 'content type': properties.contentType })
  }
  put(properties, 'type', type)
  checkBody(type ?? topic, body, rules)
  checkTable(type ?? topic, table)
  return { exchange, routingKey, parked, need, topology, body: bufferOf(body), properties }
}

function bufferOf(body: Uint8Array | null): Buffer {
  if (body === null) return EMPTY
  return Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}

function checkBody(type: string, body: Uint8Array | null, { maxMessageBytes: limit }: WritingRules): void {
  if (body !== null && body.length > limit)
    throw coreFault('GULO_TOO_LARGE', { part: 'body', type, bytes: body.length, limit })
}

function checkTable(type: string, table: AmqpTable): void {
  // A UTF-16 unit is at most three bytes of UTF-8, so that most headers need no exact count.
  let most = 4
  let longest = 0
  for (const name in table) {
    const value = table[name] as AmqpTable[string]
    longest = Math.max(longest, name.length)
    most += name.length * 3 + 6 + (value === true ? 0 : value.length * 3)
  }
  if (most > MAX_TABLE || longest * 3 > MAX_SHORT) measureTable(type, table)
}

function measureTable(type: string, table: AmqpTable): void {
  let bytes = 4
  for (const name in table) {
    const value = table[name] as AmqpTable[string]
    const nameBytes = Buffer.byteLength(name)
    if (nameBytes > MAX_SHORT) {
      const wrong = `the name of its header ${name.slice(0, 40)}… has ${nameBytes} bytes of at most ${MAX_SHORT}`
      throw rabbitFault('RABBITMQ_MESSAGE_INVALID', { type, wrong })
    }
    bytes += nameBytes + 6 + (value === true ? 0 : Buffer.byteLength(value))
  }
  if (bytes > MAX_TABLE) throw coreFault('GULO_TOO_LARGE', { part: 'headers', type, bytes, limit: MAX_TABLE })
}

// The headers carry the same, so a property that does not fit is left out.
function put(
  properties: Options.Publish,
  name: 'messageId' | 'correlationId' | 'appId' | 'type',
  value: string | Uint8Array | undefined,
): void {
  if (typeof value === 'string' && isShort(value)) properties[name] = value
}

function isShort(value: string): boolean {
  return value.length * 3 <= MAX_SHORT || Buffer.byteLength(value) <= MAX_SHORT
}

function textOf(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : Buffer.from(value).toString('utf8')
}
