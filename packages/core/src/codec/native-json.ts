import { Buffer } from 'node:buffer'
import type { Envelope } from '../message/envelope.js'
import type { EncodedMessage } from './codec.js'
import { type CodecLimits, checkBody, checkHeaders } from './headers.js'
import { contentTypeOf, toBase64, toJson } from './payload.js'
import { platformHeaders } from './platform-headers.js'
import { quote, quoteChecked } from './text.js'

const CODEC = 'native-json'

/**
 * The platform's JSON: `id, type, occurred_at, source, correlation_id, trace_id, payload, metadata`. Bytes are written
 * in base64 and marked by `metadata.payload_encoding`; a tombstone is an envelope without payload.
 */
export function writeNative(envelope: Envelope, _prefix: string, limits: Required<CodecLimits>): EncodedMessage {
  const headers = platformHeaders(envelope, CODEC)
  const { occurredAt, correlationId } = envelope
  const traceId = headers['trace_id']
  let text = `{"id":${quoteChecked(envelope.id)},"type":${quoteChecked(envelope.type)}`
  if (occurredAt) text += `,"occurred_at":${quote(occurredAt, 'occurred_at', CODEC)}`
  text += `,"source":${quoteChecked(envelope.source)}`
  if (correlationId) text += `,"correlation_id":${quoteChecked(correlationId)}`
  if (traceId !== undefined) text += `,"trace_id":${quoteChecked(traceId)}`
  const body = Buffer.from(`${text}${payloadAndMetadata(envelope)}}`)
  checkBody(body, limits, envelope.type)
  checkHeaders(headers, limits, envelope.type)
  return { body, headers }
}

function payloadAndMetadata(envelope: Envelope): string {
  const { payload, partitionKey, tenantId, type } = envelope
  const contentType = contentTypeOf(envelope, CODEC)
  const metadata: string[] = []
  if (partitionKey) metadata.push(`"partition_key":${quoteChecked(partitionKey)}`)
  if (tenantId) metadata.push(`"tenant_id":${quoteChecked(tenantId)}`)
  if (envelope.contentType || payload instanceof Uint8Array) {
    metadata.push(`"content_type":${quoteChecked(contentType)}`)
  }
  let written = ''
  if (payload instanceof Uint8Array) {
    metadata.push('"payload_encoding":"base64"')
    written = `,"payload":"${toBase64(payload)}"`
  } else if (payload !== undefined) written = `,"payload":${toJson(payload, type, contentType)}`
  return `${written},"metadata":{${metadata.join()}}`
}
