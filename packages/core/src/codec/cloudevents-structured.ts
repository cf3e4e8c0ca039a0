import { Buffer } from 'node:buffer'
import type { Envelope } from '../message/envelope.js'
import { CLOUD_EVENTS_HEADERS } from './cloudevents-binary.js'
import type { EncodedMessage } from './codec.js'
import { type CodecLimits, checkBody, checkHeaders, eachHeader, type Headers, writeTrace } from './headers.js'
import { contentTypeOf, toBase64, toJson } from './payload.js'
import { quote, required } from './text.js'

const CODEC = 'cloudevents-structured'

/** CloudEvents structured mode: the whole event as JSON in the body. A tombstone is an event without data. */
export function writeStructured(envelope: Envelope, _prefix: string, limits: Required<CodecLimits>): EncodedMessage {
  const headers: Headers = { 'content-type': 'application/cloudevents+json; charset=UTF-8' }
  writeTrace(headers, envelope, CODEC)
  let text = attributes(envelope)
  if (envelope.headers !== undefined) {
    eachHeader(envelope.headers, CLOUD_EVENTS_HEADERS, CODEC, (name, value, isExtension) => {
      if (isExtension) text += `,"${name}":${quote(value, name, CODEC)}`
      else headers[name] = value
    })
  }
  const body = Buffer.from(`${text}${data(envelope)}}`)
  checkBody(body, limits, envelope.type)
  checkHeaders(headers, limits, envelope.type)
  return { body, headers }
}

function attributes(envelope: Envelope): string {
  const { occurredAt, aggregateId, dataSchema, partitionKey, correlationId, causationId, tenantId } = envelope
  const { traceparent, tracestate, dataVersion, deliverBy } = envelope
  let text = `{"specversion":"1.0","id":${quote(required(envelope.id, 'id', CODEC), 'id', CODEC)}`
  text += `,"source":${quote(required(envelope.source, 'source', CODEC), 'source', CODEC)}`
  text += `,"type":${quote(required(envelope.type, 'type', CODEC), 'type', CODEC)}`
  if (occurredAt) text += `,"time":${quote(occurredAt, 'time', CODEC)}`
  if (aggregateId) text += `,"subject":${quote(aggregateId, 'subject', CODEC)}`
  if (dataSchema) text += `,"dataschema":${quote(dataSchema, 'dataschema', CODEC)}`
  if (partitionKey) text += `,"partitionkey":${quote(partitionKey, 'partitionkey', CODEC)}`
  if (correlationId) text += `,"correlationid":${quote(correlationId, 'correlationid', CODEC)}`
  if (causationId) text += `,"causationid":${quote(causationId, 'causationid', CODEC)}`
  if (tenantId) text += `,"tenantid":${quote(tenantId, 'tenantid', CODEC)}`
  if (traceparent) text += `,"traceparent":${quote(traceparent, 'traceparent', CODEC)}`
  if (tracestate) text += `,"tracestate":${quote(tracestate, 'tracestate', CODEC)}`
  if (dataVersion) text += `,"dataversion":${quote(dataVersion, 'dataversion', CODEC)}`
  if (deliverBy) text += `,"expirytime":${quote(deliverBy, 'expirytime', CODEC)}`
  return text
}

function data(envelope: Envelope): string {
  const { payload, type } = envelope
  const contentType = contentTypeOf(envelope, CODEC)
  const told = `,"datacontenttype":${quote(contentType, 'datacontenttype', CODEC)}`
  if (payload === undefined) return envelope.contentType ? told : ''
  if (payload instanceof Uint8Array) return `${told},"data_base64":"${toBase64(payload)}"`
  return `${told},"data":${toJson(payload, type, contentType)}`
}
