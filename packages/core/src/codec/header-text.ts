import { Buffer } from 'node:buffer'

/**
 * A value of a header as text: brokers hand out bytes, AMQP also numbers, Kafka a list where a name is repeated.
 * `expected` is answered where the bytes say just that: comparing costs less than making a text, and leaves no garbage.
 */
export function headerText(value: unknown, expected: string | undefined): string | undefined {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return expected !== undefined && says(value, expected) ? expected : decoded(value)
  return unusualText(value)
}

// From the end, where what differs mostly does.
function says(bytes: Uint8Array, text: string): boolean {
  if (bytes.length !== text.length) return false
  for (let index = bytes.length - 1; index >= 0; index--) {
    const byte = bytes[index] as number
    // Beyond ASCII a byte is no character.
    if (byte !== text.charCodeAt(index) || byte > 0x7f) return false
  }
  return true
}

function decoded(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer.toString()
}

function unusualText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  const last: unknown = Array.isArray(value) ? value.at(-1) : undefined
  return Array.isArray(last) ? undefined : last === undefined ? undefined : headerText(last, undefined)
}
