import { Buffer } from 'node:buffer'
import { fault } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import { describeValue } from '../message/message.js'
import { BYTES_CONTENT_TYPE, isCloudEvents, isJson, JSON_CONTENT_TYPE } from './content-type.js'
import { findLost } from './lost-values.js'
import { checkText } from './text.js'

/** The content type of a payload: what the envelope says, else JSON, or bytes. @throws GULO_ENVELOPE_INVALID */
export function contentTypeOf({ payload, contentType }: Envelope, codec: string): string {
  if (!contentType) return payload instanceof Uint8Array ? BYTES_CONTENT_TYPE : JSON_CONTENT_TYPE
  if (isCloudEvents(contentType)) {
    const wrong = `contentType is ${contentType}, which stands for a whole event and not for its data`
    throw fault('GULO_ENVELOPE_INVALID', { codec, wrong })
  }
  return checkText(contentType, 'contentType', codec)
}

/** The payload as it stands alone in a body. @throws GULO_NOT_SERIALIZABLE */
export function toBytes(payload: unknown, type: string, contentType: string): Uint8Array {
  if (payload instanceof Uint8Array) return payload
  if (typeof payload === 'string' && !isJson(contentType)) return Buffer.from(payload)
  return Buffer.from(toJson(payload, type, contentType))
}

/** The bytes in base64. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/**
 * The payload as JSON, also when it is a text of another content type.
 * @throws GULO_NOT_SERIALIZABLE for cycles, BigInt, NaN, invalid dates, maps, bytes within, keys __proto__ and the like
 */
export function toJson(payload: unknown, type: string, contentType: string): string {
  if (typeof payload !== 'string' && !isJson(contentType)) {
    throw refuse(type, `it is ${describeValue(payload)}, and its content type ${contentType} is not JSON`)
  }
  let text: string | undefined
  let lost: string | undefined
  try {
    text = JSON.stringify(payload)
    if (text !== undefined && mayHaveLost(text)) lost = findLost(payload)
  } catch (error) {
    throw refuse(type, firstLine(error), error)
  }
  if (lost !== undefined) throw refuse(type, lost)
  if (text === undefined) throw refuse(type, `${describeValue(payload)} has no JSON form`)
  return text
}

// Without a word NaN, infinite numbers and invalid dates have become null, a Map or a promise an empty object, a typed
// array an object of numbers. A key __proto__ would be refused by who reads it. Worth a look only where one may be.
function mayHaveLost(text: string): boolean {
  return text.includes('null') || text.includes('{}') || text.includes('{"0":') || text.includes('"__proto__"')
}

// V8 draws a cycle on the lines below the first.
function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] as string
}

function refuse(type: string, reason: string, cause?: unknown) {
  return fault('GULO_NOT_SERIALIZABLE', { type, reason }, cause)
}
