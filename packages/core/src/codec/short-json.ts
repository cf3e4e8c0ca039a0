import { Buffer } from 'node:buffer'
import type { Envelope } from '../message/envelope.js'
import type { EncodedMessage } from './codec.js'
import { type CodecLimits, checkBody, checkHeaders } from './headers.js'
import { contentTypeOf, toBase64, toJson } from './payload.js'
import { platformHeaders } from './platform-headers.js'
import { quote, quoteChecked } from './text.js'

const CODEC = 'short-json'

/**
 * The short form: `id, type, version, ts, traceId, payload`; all else of the envelope is in headers. Bytes are written
 * in base64 and marked by `payloadEncoding`; a tombstone is an envelope without payload.
 */
export function writeShort(envelope: Envelope, _prefix: string, limits: Required<CodecLimits>): EncodedMessage {
  const headers = platformHeaders(envelope, CODEC)
  const { dataVersion, occurredAt } = envelope
  const traceId = headers['trace_id']
  let text = `{"id":${quoteChecked(envelope.id)},"type":${quoteChecked(envelope.type)}`
  if (dataVersion) text += `,"version":${quoteChecked(dataVersion)}`
  if (occurredAt) text += `,"ts":${quote(occurredAt, 'ts', CODEC)}`
  if (traceId !== undefined) text += `,"traceId":${quoteChecked(traceId)}`
  const body = Buffer.from(`${text}${payloadOf(envelope)}}`)
  checkBody(body, limits, envelope.type)
  checkHeaders(headers, limits, envelope.type)
  return { body, headers }
}

function payloadOf(envelope: Envelope): string {
  const { payload, type } = envelope
  const contentType = contentTypeOf(envelope, CODEC)
  const bytes = payload instanceof Uint8Array
  const told = envelope.contentType || bytes ? `,"contentType":${quoteChecked(contentType)}` : ''
  if (payload === undefined) return told
  return bytes
    ? `${told},"payloadEncoding":"base64","payload":"${toBase64(payload)}"`
    : `${told},"payload":${toJson(payload, type, contentType)}`
}
