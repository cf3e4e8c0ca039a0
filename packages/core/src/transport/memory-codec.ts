import type { Codec } from '../codec/codec.js'
import { fault } from '../faults.js'

export const standInCodec: Codec = {
  name: 'stand-in',
  encode(envelope) {
    const { payload } = envelope
    const headers = { ce_id: envelope.id, ce_type: envelope.type, ...envelope.headers }
    if (payload === undefined) return { body: null, headers }
    if (payload instanceof Uint8Array) return { body: payload, headers }
    try {
      return { body: new TextEncoder().encode(JSON.stringify(payload)), headers }
    } catch (error) {
      throw fault('GULO_NOT_SERIALIZABLE', { type: envelope.type, reason: String(error) }, error)
    }
  },
}
