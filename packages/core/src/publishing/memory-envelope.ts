import { fault } from '../faults.js'
import type { Envelope } from '../message/envelope.js'

/** What a database would give back of an envelope: its data as JSON has it, untouched by later changes of the original. */
export function storedEnvelope(envelope: Envelope): Envelope {
  return { ...envelope, payload: storedPayload(envelope) }
}

function storedPayload({ payload, type }: Envelope): unknown {
  if (payload === undefined) return undefined
  if (payload instanceof Uint8Array) return Uint8Array.from(payload)
  let text: string | undefined
  try {
    text = JSON.stringify(payload)
  } catch (error) {
    throw fault('GULO_NOT_SERIALIZABLE', { type, reason: error instanceof Error ? error.message : String(error) }, error)
  }
  if (text === undefined) throw fault('GULO_NOT_SERIALIZABLE', { type, reason: `it is a ${typeof payload}` })
  return JSON.parse(text)
}
