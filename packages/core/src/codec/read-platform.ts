import type { Envelope } from '../message/envelope.js'
import { readBase64, readBytes } from './body.js'
import { BYTES_CONTENT_TYPE } from './content-type.js'
import { defaultContentType, withTraceId } from './envelope-of.js'
import type { Headers } from './headers.js'
import type { Incoming } from './incoming.js'
import { type JsonObject, objectMember, textMember } from './members.js'
import { PLATFORM_HEADERS } from './platform-headers.js'
import type { Reader } from './reader.js'
import { epochTime, looseTime, required, validTraceparent } from './text.js'

/** Reads the platform's JSON: `id`, `type` and `source` with `payload` or `occurred_at`. */
export const nativeReader: Reader = {
  name: 'native-json',
  recognises(message) {
    const body = message.object()
    if (body === undefined || !('id' in body && 'type' in body && 'source' in body)) return false
    return 'payload' in body || 'occurred_at' in body || body['id'] === message.header('message-id')
  },
  read(message) {
    const body = message.object() as JsonObject
    const metadata = objectMember(body['metadata'])
    return platformEnvelope(this.name, message, {
      id: body['id'],
      type: body['type'],
      source: body['source'],
      occurredAt: looseTime(textMember(body['occurred_at'], 'occurred_at', this.name), 'occurred_at', this.name),
      payload: body['payload'],
      encoding: metadata['payload_encoding'],
      contentType: metadata['content_type'],
      traceId: body['trace_id'],
      correlationId: body['correlation_id'],
      partitionKey: metadata['partition_key'],
      tenantId: metadata['tenant_id'],
      dataVersion: undefined,
    })
  },
}

/** Reads the short form: `id`, `type` and `payload` with one of `version`, `ts`, `traceId`. */
export const shortReader: Reader = {
  name: 'short-json',
  recognises(message) {
    const body = message.object()
    if (body === undefined || !('id' in body && 'type' in body)) return false
    const known = 'payload' in body && ('ts' in body || 'version' in body || 'traceId' in body)
    return known || body['id'] === message.header('message-id')
  },
  read(message) {
    const body = message.object() as JsonObject
    const { ts } = body
    return platformEnvelope(this.name, message, {
      id: body['id'],
      type: body['type'],
      source: message.header('source') || message.topic,
      occurredAt:
        typeof ts === 'number'
          ? epochTime(ts, 'ts', this.name)
          : looseTime(textMember(ts, 'ts', this.name), 'ts', this.name),
      payload: body['payload'],
      encoding: body['payloadEncoding'],
      contentType: body['contentType'],
      traceId: body['traceId'],
      correlationId: undefined,
      partitionKey: undefined,
      tenantId: undefined,
      dataVersion: body['version'],
    })
  },
}

/** What the formats keep in their bodies; the rest is in headers. */
interface PlatformBody {
  readonly id: unknown
  readonly type: unknown
  readonly source: unknown
  readonly occurredAt: string | undefined
  readonly payload: unknown
  readonly encoding: unknown
  readonly contentType: unknown
  readonly traceId: unknown
  readonly correlationId: unknown
  readonly partitionKey: unknown
  readonly tenantId: unknown
  readonly dataVersion: unknown
}

function platformEnvelope(codec: string, message: Incoming, body: PlatformBody): Envelope {
  const type = required(body.type, 'type', codec)
  const contentType = textMember(body.contentType, 'content type', codec)
  const payload = readPayload(body, type, contentType)
  const traceparent = validTraceparent(message.traceparent)
  const traceId = message.traceId || textMember(body.traceId, 'trace id', codec)
  return {
    id: required(body.id, 'id', codec),
    type,
    source: required(body.source, 'source', codec),
    topic: message.topic,
    occurredAt: body.occurredAt,
    payload,
    contentType: contentType ?? defaultContentType(payload),
    partitionKey:
      textMember(body.partitionKey, 'partition key', codec) ?? header(message, 'partition-key') ?? message.key,
    partition: undefined,
    aggregateType: undefined,
    aggregateId: header(message, 'aggregate-id'),
    correlationId: textMember(body.correlationId, 'correlation id', codec) ?? header(message, 'correlation-id'),
    causationId: header(message, 'causation-id'),
    tenantId: textMember(body.tenantId, 'tenant id', codec) ?? header(message, 'tenant-id'),
    traceparent,
    tracestate: message.tracestate || undefined,
    dataVersion: textMember(body.dataVersion, 'version', codec) ?? header(message, 'data-version'),
    dataSchema: header(message, 'data-schema'),
    deliverBy: looseTime(header(message, 'deliver-by'), 'deliver-by', codec),
    headers: withTraceId(othersOf(message.plain), traceparent, traceId),
  }
}

function readPayload({ payload, encoding }: PlatformBody, type: string, contentType: string | undefined): unknown {
  if (encoding !== 'base64') return payload
  const bytes = readBase64(payload, type, contentType ?? BYTES_CONTENT_TYPE)
  return contentType === undefined ? bytes : readBytes(bytes, type, contentType)
}

function header(message: Incoming, name: string): string | undefined {
  return message.header(name) || undefined
}

function othersOf(plain: Headers | undefined): Headers | undefined {
  let others: Headers | undefined
  for (const name in plain) {
    if (PLATFORM_HEADERS.has(name)) continue
    others ??= {}
    others[name] = plain[name] as string
  }
  return others
}
