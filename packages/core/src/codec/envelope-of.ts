import type { Envelope } from '../message/envelope.js'
import type { Attributes } from './attributes.js'
import { JSON_CONTENT_TYPE } from './content-type.js'
import type { Headers } from './headers.js'
import type { Incoming } from './incoming.js'
import { required, time, validTraceparent } from './text.js'

/** The envelope of CloudEvents attributes. @throws GULO_ENVELOPE_INVALID */
export function toEnvelope(
  codec: string,
  message: Incoming,
  attributes: Attributes,
  extensions: Headers | undefined,
  payload: unknown,
  contentType: string | undefined,
): Envelope {
  const creation = validTraceparent(attributes.traceparent)
  const hop = validTraceparent(message.traceparent)
  return {
    id: required(attributes.id, 'id', codec),
    type: required(attributes.type, 'type', codec),
    source: required(attributes.source, 'source', codec),
    topic: message.topic,
    occurredAt: time(attributes.time, 'time', codec),
    payload,
    contentType: contentType ?? defaultContentType(payload),
    partitionKey: attributes.partitionkey ?? message.key,
    partition: undefined,
    aggregateType: undefined,
    aggregateId: attributes.subject,
    correlationId: attributes.correlationid,
    causationId: attributes.causationid,
    tenantId: attributes.tenantid,
    traceparent: hop ?? creation,
    // A state belongs to its parent.
    tracestate: (hop === undefined ? attributes.tracestate : message.tracestate) || undefined,
    dataVersion: attributes.dataversion,
    dataSchema: attributes.dataschema,
    deliverBy: time(attributes.expirytime, 'expirytime', codec),
    headers: withTraceId(joined(message.plain, extensions), hop ?? creation, message.traceId),
  }
}

/** What data without a content type are taken for. */
export function defaultContentType(payload: unknown): string | undefined {
  return payload === undefined || payload instanceof Uint8Array ? undefined : JSON_CONTENT_TYPE
}

/** Headers with the bare trace id of a sender that knows no traceparent; such an id cannot be a parent. */
export function withTraceId(
  headers: Headers | undefined,
  traceparent: string | undefined,
  traceId: string | undefined,
): Headers | undefined {
  return traceparent === undefined && traceId ? { ...headers, trace_id: traceId } : headers
}

function joined(plain: Headers | undefined, extensions: Headers | undefined): Headers | undefined {
  return plain !== undefined && extensions !== undefined ? { ...plain, ...extensions } : (plain ?? extensions)
}
