import type { Envelope } from '../message/envelope.js'
import { readBytes } from './body.js'
import { contentTypeOf, toBytes } from './payload.js'

/** The data of an envelope by themselves, for stores. */
export interface EncodedData {
  /** `null` is a tombstone. */
  readonly body: Uint8Array | null
  readonly contentType: string
}

/** The data as bytes of their content type, the same that a codec puts into a body of its own. @throws GULO_NOT_SERIALIZABLE or GULO_ENVELOPE_INVALID */
export function encodeData(envelope: Envelope): EncodedData {
  const { payload, type } = envelope
  const contentType = contentTypeOf(envelope, 'the store')
  return { body: payload === undefined ? null : toBytes(payload, type, contentType), contentType }
}

/** What {@link encodeData} was given. @throws GULO_BODY_INVALID */
export function decodeData({ body, contentType }: EncodedData, type: string): unknown {
  return body === null ? undefined : readBytes(body, type, contentType)
}
