/** Header of the key where no header of the message carries it. */
export const KEY_HEADER = 'gulo-key'
/** Header of a message without a body, which AMQP cannot tell from an empty one. */
export const TOMBSTONE_HEADER = 'gulo-tombstone'

const PARTITION_KEYS = ['cloudEvents_partitionkey', 'cloudEvents:partitionkey', 'ce_partitionkey', 'partition-key']
// The broker's own: CC and BCC route, and close the channel when they are text; the others it writes itself.
const OF_THE_BROKER = /^(?:CC|BCC|x-death|x-delivery-count|x-acquired-count|x-(?:first|last)-death-\w+)$/

type Headers = Readonly<Record<string, string | Uint8Array>>

/** The key that headers carry in themselves. */
export function keyIn(headers: Headers): string | undefined {
  for (const name of PARTITION_KEYS) {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined
    if (value !== undefined) return typeof value === 'string' ? value : Buffer.from(value).toString('utf8')
  }
  return undefined
}

/** The header table for the broker: what the message says, and the key where nothing else carries it. */
export function toTable(headers: Headers, key: string | undefined, tombstone: boolean): Record<string, unknown> {
  const table: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (OF_THE_BROKER.test(name) || name === 'content-type' || value === undefined) continue
    table[name] = typeof value === 'string' ? value : Buffer.from(value)
  }
  if (key !== undefined && key !== keyIn(headers)) table[KEY_HEADER] = key
  if (tombstone) table[TOMBSTONE_HEADER] = true
  return table
}

/** The headers of a received message: text and bytes as they are, everything else as text. */
export function fromTable(table: Readonly<Record<string, unknown>>): Record<string, string | Uint8Array> {
  const headers: Record<string, string | Uint8Array> = {}
  for (const [name, value] of Object.entries(table)) {
    if (OWN.has(name) || value === null || value === undefined) continue
    headers[name] = typeof value === 'string' || value instanceof Uint8Array ? value : textOf(value)
  }
  return headers
}

// `__proto__` as a name would set the prototype of the headers.
const OWN = new Set([KEY_HEADER, TOMBSTONE_HEADER, 'x-delivery-count', '__proto__'])

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
