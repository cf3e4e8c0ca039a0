import { Buffer } from 'node:buffer'
import { fault } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import { isExtensionName, prefixLength } from './attributes.js'
import { checkText, traceIdOf } from './text.js'

/** How large a message may become, in bytes. */
export interface CodecLimits {
  /** Bytes of the body. @default 1000000, which leaves room for the headers below the limit of a Kafka broker */
  readonly maxBytes?: number
  /** Bytes of the headers, names and values. @default 32768 */
  readonly maxHeaderBytes?: number
}

export type Headers = Record<string, string>

/** Puts the hop's W3C trace context in, and the bare trace id for readers that know only that. */
export function writeTrace(headers: Headers, { traceparent, tracestate, headers: own }: Envelope, codec: string): void {
  if (traceparent) {
    headers['traceparent'] = checkText(traceparent, 'traceparent', codec)
    const traceId = traceIdOf(traceparent)
    if (traceId !== undefined) headers['trace_id'] = traceId
  }
  if (tracestate) headers['tracestate'] = checkText(tracestate, 'tracestate', codec)
  // A bare trace id that came with a message and without a traceparent goes on.
  if (own?.['trace_id'] !== undefined) headers['trace_id'] ??= checkText(own['trace_id'], 'trace_id', codec)
}

/**
 * Hands each header of the application to `put`, with its checked value and whether it can be an extension attribute.
 * @throws GULO_ENVELOPE_INVALID for names that belong to the envelope, which a reader would take for something else
 */
export function eachHeader(
  own: Readonly<Record<string, string>>,
  reserved: ReadonlySet<string>,
  codec: string,
  put: (name: string, value: string, isExtension: boolean) => void,
): void {
  for (const name of Object.keys(own)) {
    const value = own[name]
    if (value === undefined || name === 'trace_id') continue
    if (name === '' || name === '__proto__' || reserved.has(name.toLowerCase()) || prefixLength(name) > 0) {
      const wrong = `headers has "${name}", which is not the application's to set`
      throw fault('GULO_ENVELOPE_INVALID', { codec, wrong })
    }
    put(checkText(name, 'the name of a header', codec), checkText(value, name, codec), isExtensionName(name))
  }
}

/** @throws GULO_TOO_LARGE */
export function checkBody(body: Uint8Array | null, { maxBytes }: Required<CodecLimits>, type: string): void {
  if (body !== null && body.length > maxBytes) throw tooLarge('body', type, body.length, maxBytes)
}

/** @throws GULO_TOO_LARGE */
export function checkHeaders(headers: Headers, { maxHeaderBytes }: Required<CodecLimits>, type: string): void {
  let length = 0
  for (const name in headers) length += name.length + (headers[name] as string).length
  // A UTF-16 unit is at most three bytes of UTF-8, so that most headers need no exact count.
  if (length * 3 <= maxHeaderBytes) return
  let bytes = 0
  for (const name in headers) bytes += Buffer.byteLength(name) + Buffer.byteLength(headers[name] as string)
  if (bytes > maxHeaderBytes) throw tooLarge('headers', type, bytes, maxHeaderBytes)
}

function tooLarge(part: string, type: string, bytes: number, limit: number) {
  return fault('GULO_TOO_LARGE', { part, type, bytes, limit })
}
