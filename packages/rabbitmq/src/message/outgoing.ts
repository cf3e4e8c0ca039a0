import type { Codec, Envelope, OutgoingMessage } from '@gulo/core'
import type { Options } from 'amqplib'
import { coreFault, rabbitFault } from '../faults.js'
import { isParking } from '../topology/names.js'
import { exchangeTopology, parkingTopology, type Topology, type TopologyRules } from '../topology/topology.js'
import { toTable } from './headers.js'

/** A message ready for the channel: where it goes, what must exist there, bytes and properties. */
export interface AmqpMessage {
  readonly exchange: string
  readonly routingKey: string
  /** Whether it is set aside in a queue of its own, which must be there. */
  readonly parked: boolean
  readonly topology: Topology
  readonly body: Buffer
  readonly properties: Options.Publish
}

export interface WritingRules extends TopologyRules {
  readonly codec: Codec
  readonly maxMessageBytes: number
}

const PREFIX = { prefix: 'cloudEvents_' }
const EMPTY = Buffer.alloc(0)
/** AMQP short strings: names, routing keys, native properties. */
const MAX_SHORT = 255
// amqplib encodes headers into a buffer of this size
const MAX_TABLE = 65_536

/** @throws RABBITMQ_MESSAGE_INVALID, GULO_TOO_LARGE, GULO_NOT_SERIALIZABLE */
export function fromEnvelope(envelope: Envelope, rules: WritingRules): AmqpMessage {
  const { body, headers } = rules.codec.encode(envelope, PREFIX)
  const { topic, type, partitionKey, aggregateId } = envelope
  const message = write({ topic, type, key: partitionKey ?? aggregateId, body, headers }, rules)
  const seconds = Math.floor(Date.parse(envelope.occurredAt ?? '') / 1000)
  Object.assign(message.properties, {
    ...short({ messageId: envelope.id, correlationId: envelope.correlationId, appId: envelope.source }),
    ...(seconds >= 0 ? { timestamp: seconds } : {}),
  })
  return message
}

/** @throws RABBITMQ_MESSAGE_INVALID, GULO_TOO_LARGE */
export function fromOutgoing(message: OutgoingMessage, rules: WritingRules): AmqpMessage {
  const written = write(message, rules)
  const { cloudEvents_id: id, cloudEvents_source: source } = message.headers
  Object.assign(written.properties, short({ messageId: id, appId: source }))
  return written
}

function write(message: OutgoingMessage, rules: WritingRules): AmqpMessage {
  const { topic, type, key, body, headers } = message
  const parked = type === undefined || isParking(topic)
  const exchange = parked ? '' : rules.exchangeName(topic, type)
  const routingKey = parked ? topic : type
  const contentType = headers['content-type']
  const properties: Options.Publish = {
    persistent: true,
    mandatory: true,
    headers: toTable(headers, key, body === null),
    ...(contentType === undefined ? {} : { contentType: textOf(contentType) }),
    ...short({ type }),
  }
  checkSizes(topic, type, body, { exchange, 'routing key': routingKey, 'content type': properties.contentType }, rules)
  checkTable(type ?? topic, properties.headers)
  return {
    exchange,
    routingKey,
    parked,
    topology: parked ? parkingTopology(topic, rules) : exchangeTopology(exchange),
    body: body === null ? EMPTY : Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    properties,
  }
}

function checkSizes(
  topic: string,
  type: string | undefined,
  body: Uint8Array | null,
  names: Readonly<Record<string, string | undefined>>,
  { maxMessageBytes }: WritingRules,
): void {
  for (const [what, name] of Object.entries(names)) {
    const bytes = Buffer.byteLength(name ?? '')
    if (bytes <= MAX_SHORT) continue
    throw rabbitFault('RABBITMQ_MESSAGE_INVALID', {
      type: type ?? topic,
      wrong: `its ${what} has ${bytes} bytes of at most ${MAX_SHORT}`,
    })
  }
  if (body !== null && body.length > maxMessageBytes) {
    throw coreFault('GULO_TOO_LARGE', { part: 'body', type: type ?? topic, bytes: body.length, limit: maxMessageBytes })
  }
}

function checkTable(type: string, table: Readonly<Record<string, string | Buffer | true>>): void {
  let bytes = 4
  for (const [name, value] of Object.entries(table)) {
    const nameBytes = Buffer.byteLength(name)
    if (nameBytes > MAX_SHORT) {
      const wrong = `the name of its header ${name.slice(0, 40)}… has ${nameBytes} bytes of at most ${MAX_SHORT}`
      throw rabbitFault('RABBITMQ_MESSAGE_INVALID', { type, wrong })
    }
    bytes += nameBytes + 6 + (value === true ? 0 : Buffer.byteLength(value))
  }
  if (bytes > MAX_TABLE) throw coreFault('GULO_TOO_LARGE', { part: 'headers', type, bytes, limit: MAX_TABLE })
}

/** The native properties that fit; the headers carry the same, so one that does not is left out. */
function short(properties: Readonly<Record<string, string | Uint8Array | undefined>>): Record<string, string> {
  const fitting: Record<string, string> = {}
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'string' && Buffer.byteLength(value) <= MAX_SHORT) fitting[name] = value
  }
  return fitting
}

function textOf(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : Buffer.from(value).toString('utf8')
}
