import { SLOT_HEADER } from '../topology/slots.js'

/** Header of the key where no header of the message carries it. */
export const KEY_HEADER = 'gulo-key'
/** Header of a message without a body, which AMQP cannot tell from an empty one. */
export const TOMBSTONE_HEADER = 'gulo-tombstone'

const PARTITION_KEYS = ['cloudEvents_partitionkey', 'cloudEvents:partitionkey', 'ce_partitionkey', 'partition-key']
// The broker's own: CC and BCC route, and close the channel when they are text; the others it writes itself.
const OF_THE_BROKER = /^(?:CC|BCC|x-death|x-delivery-count|x-acquired-count|x-(?:first|last)-death-\w+)$/

const [B, C, X] = [66, 67, 120]

// The content type is a property of its own, and the slot is that of this publication.
const NOT_PASSED_ON = new Set(['content-type', SLOT_HEADER])
// Deaths on the way through the levels of a delay say nothing about the message.
const DEATHS = /^x-(?:death|(?:first|last)-death-\w+)$/
const DELAY_QUEUE = /^gulo\.delay\./

type Headers = Readonly<Record<string, string | Uint8Array>>

/** Headers as amqplib writes them. */
export type AmqpTable = Record<string, string | Buffer | true>

/** The key that headers carry in themselves. */
export function keyIn(headers: Headers): string | undefined {
  for (const name of PARTITION_KEYS) {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined
    if (value !== undefined) return typeof value === 'string' ? value : Buffer.from(value).toString('utf8')
  }
  return undefined
}

/** The header table for the broker: what the message says, and the key where nothing else carries it. */
export function toTable(headers: Headers, key: string | undefined, tombstone: boolean): AmqpTable {
  const table: AmqpTable = {}
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (value === undefined || NOT_PASSED_ON.has(name) || isOfTheBroker(name)) continue
    table[name] = typeof value === 'string' ? value : Buffer.from(value)
  }
  if (key !== undefined && key !== keyIn(headers)) table[KEY_HEADER] = key
  if (tombstone) table[TOMBSTONE_HEADER] = true
  return table
}

// Most names begin with no such letter, and need no closer look.
function isOfTheBroker(name: string): boolean {
  const first = name.charCodeAt(0)
  return (first === X || first === B || first === C) && OF_THE_BROKER.test(name)
}

/** The headers of a received message: text and bytes as they are, everything else as text. */
export function fromTable(table: Readonly<Record<string, unknown>>): Record<string, string | Uint8Array> {
  const headers: Record<string, string | Uint8Array> = {}
  const firstDeath = table['x-first-death-queue']
  const delayed = firstDeath !== undefined && DELAY_QUEUE.test(String(firstDeath))
  for (const name of Object.keys(table)) {
    const value = table[name]
    if (OWN.has(name) || (delayed && DEATHS.test(name)) || value === null || value === undefined) continue
    headers[name] = typeof value === 'string' || value instanceof Uint8Array ? value : textOf(value)
  }
  return headers
}

// `__proto__` as a name would set the prototype of the headers.
const OWN = new Set([KEY_HEADER, TOMBSTONE_HEADER, SLOT_HEADER, 'x-delivery-count', '__proto__'])

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
