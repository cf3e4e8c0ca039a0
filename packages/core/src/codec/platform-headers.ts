import type { Envelope } from '../message/envelope.js'
import { JSON_CONTENT_TYPE } from './content-type.js'
import { eachHeader, type Headers, writeTrace } from './headers.js'
import { checkText, required } from './text.js'

/** Headers with a meaning of their own beside a JSON envelope of the platform, in lower case. */
export const PLATFORM_HEADERS: ReadonlySet<string> = new Set([
  'message-id',
  'message-type',
  'content-type',
  'correlation-id',
  'causation-id',
  'tenant-id',
  'partition-key',
  'source',
  'aggregate-id',
  'data-version',
  'data-schema',
  'deliver-by',
  'traceparent',
  'tracestate',
])

/**
 * The headers of the platform's JSON formats. None begins with `ce_`: together with `application/json` a reader of
 * CloudEvents would take the whole envelope for the data.
 */
export function platformHeaders(envelope: Envelope, codec: string): Headers {
  const { correlationId, causationId, tenantId, partitionKey, aggregateId, dataVersion, dataSchema, deliverBy } =
    envelope
  const headers: Headers = {
    'content-type': JSON_CONTENT_TYPE,
    'message-id': checkText(required(envelope.id, 'id', codec), 'id', codec),
    'message-type': checkText(required(envelope.type, 'type', codec), 'type', codec),
    source: checkText(required(envelope.source, 'source', codec), 'source', codec),
  }
  if (correlationId) headers['correlation-id'] = checkText(correlationId, 'correlationId', codec)
  if (causationId) headers['causation-id'] = checkText(causationId, 'causationId', codec)
  if (tenantId) headers['tenant-id'] = checkText(tenantId, 'tenantId', codec)
  if (partitionKey) headers['partition-key'] = checkText(partitionKey, 'partitionKey', codec)
  if (aggregateId) headers['aggregate-id'] = checkText(aggregateId, 'aggregateId', codec)
  if (dataVersion) headers['data-version'] = checkText(dataVersion, 'dataVersion', codec)
  if (dataSchema) headers['data-schema'] = checkText(dataSchema, 'dataSchema', codec)
  if (deliverBy) headers['deliver-by'] = checkText(deliverBy, 'deliverBy', codec)
  writeTrace(headers, envelope, codec)
  if (envelope.headers !== undefined) {
    eachHeader(envelope.headers, PLATFORM_HEADERS, codec, (name, value) => {
      headers[name] = value
    })
  }
  return headers
}
