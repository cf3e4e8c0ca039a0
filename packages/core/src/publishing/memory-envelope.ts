import { JSON_CONTENT_TYPE } from '../codec/content-type.js'
import { toJson } from '../codec/payload.js'
import type { Envelope } from '../message/envelope.js'

/**
 * What a database would give back of an envelope: its data as JSON has it, untouched by later changes of the original.
 * @throws GULO_NOT_SERIALIZABLE
 */
export function storedEnvelope(envelope: Envelope): Envelope {
  return { ...envelope, payload: storedPayload(envelope) }
}

function storedPayload({ payload, type, contentType }: Envelope): unknown {
  if (payload === undefined) return undefined
  if (payload instanceof Uint8Array) return Uint8Array.from(payload)
  if (typeof payload === 'string') return payload
  return JSON.parse(toJson(payload, type, contentType || JSON_CONTENT_TYPE))
}
