import type { Codec, Envelope, ReceivedMessage } from '@gulo/core'

/** Writes what the tests look at, in the headers that CloudEvents has for it. */
export const plainCodec: Codec = {
  name: 'plain',
  encode({ id, type, source, payload, contentType, partitionKey, headers }, { prefix = 'ce_' } = {}) {
    const attributes = { id, type, source, ...(partitionKey === undefined ? {} : { partitionkey: partitionKey }) }
    const named = Object.entries(attributes).map(([name, value]) => [`${prefix}${name}`, value])
    return {
      body:
        payload instanceof Uint8Array ? payload : payload === undefined ? null : Buffer.from(JSON.stringify(payload)),
      headers: { ...Object.fromEntries(named), ...headers, 'content-type': contentType ?? 'application/json' },
    }
  },
}

/** Reads what {@link plainCodec} wrote. */
export function read(message: ReceivedMessage): Pick<Envelope, 'id' | 'payload'> {
  const json = message.headers['content-type'] === 'application/json'
  const payload =
    message.body === null ? undefined : json ? JSON.parse(Buffer.from(message.body).toString('utf8')) : message.body
  return { id: String(message.headers['cloudEvents_id']), payload }
}
