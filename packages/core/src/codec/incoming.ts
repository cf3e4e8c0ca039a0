import { fault } from '../faults.js'
import type { WireMessage } from '../transport/transport.js'
import { Attributes, attributeOfHeader, prefixLength } from './attributes.js'
import { parseJson } from './body.js'
import { isJson, JSON_CONTENT_TYPE } from './content-type.js'
import { headerText } from './header-text.js'
import type { Headers } from './headers.js'
import { likelyText, putUsual } from './usual-headers.js'

/** What is read: bytes and headers, and the topic they came from. */
export type Readable = WireMessage & { readonly topic: string }

/** How much of a message is looked at. */
export interface ReadLimits {
  /** Bytes of the body. @default 10485760 */
  readonly maxBytes?: number
  /** Number of headers. @default 256 */
  readonly maxHeaders?: number
  /** Bytes of the headers, names and values. @default 262144 */
  readonly maxHeaderBytes?: number
}

/** A message on its way into an envelope: its headers as text and sorted, its body as JSON when somebody asks. */
export class Incoming {
  readonly topic: string
  readonly key: string | undefined
  readonly body: Uint8Array | null
  /** As the sender wrote it; `undefined` when there is none. */
  contentType: string | undefined = undefined
  /** W3C trace context of the hop. */
  traceparent: string | undefined = undefined
  tracestate: string | undefined = undefined
  traceId: string | undefined = undefined
  /** CloudEvents attributes in headers, whatever their prefix. */
  readonly attributes = new Attributes()
  /** Headers with a CloudEvents prefix that are no known attribute, without the prefix. */
  extensions: Headers | undefined = undefined
  /** All other headers. */
  plain: Headers | undefined = undefined
  private json: { readonly value: unknown } | undefined = undefined

  /**
   * `before` has the attributes of the message before, of which many are the same again and need not be made anew.
   * @throws GULO_TOO_LARGE or GULO_ENVELOPE_INVALID
   */
  constructor({ topic, key, body, headers }: Readable, limits: Required<ReadLimits>, before: Attributes) {
    this.topic = topic
    this.key = key || undefined
    this.body = body ?? null
    if (this.body !== null && !(this.body instanceof Uint8Array)) throw invalid('its body is neither bytes nor null')
    if (this.body !== null && this.body.length > limits.maxBytes) {
      throw this.tooLarge('body', this.body.length, limits.maxBytes)
    }
    if (headers) this.readHeaders(headers, limits, before)
  }

  /** A header as text; `undefined` when it is missing or null. */
  header(name: string): string | undefined {
    return this.plain !== undefined && Object.hasOwn(this.plain, name) ? this.plain[name] : undefined
  }

  /** The JSON value of the body, parsed once; `undefined` without a body. @throws GULO_BODY_INVALID */
  parse(type: string): unknown {
    if (this.body === null || this.body.length === 0) return undefined
    this.json ??= { value: parseJson(this.body, type, this.contentType ?? JSON_CONTENT_TYPE) }
    return this.json.value
  }

  /** The JSON object in the body, where the content type and the first byte speak for one. @throws GULO_BODY_INVALID */
  object(): Readonly<Record<string, unknown>> | undefined {
    if (this.json === undefined && !this.looksLikeObject()) return undefined
    const value = this.parse(this.messageOfTopic)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  }

  /** Names the message where its type is not known. */
  get messageOfTopic(): string {
    return `a message of ${this.topic}`
  }

  private looksLikeObject(): boolean {
    if (this.body === null || (this.contentType !== undefined && !isJson(this.contentType))) return false
    // Past white space and a byte order mark.
    const first = this.body.find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf)
    return first === 0x7b
  }

  private readHeaders(
    headers: Readonly<Record<string, unknown>>,
    limits: Required<ReadLimits>,
    before: Attributes,
  ): void {
    let count = 0
    let bytes = 0
    for (const name of Object.keys(headers)) {
      const text = headerText(headers[name], likelyText(name, before, this.key))
      if (text === undefined) continue
      bytes += name.length + text.length
      if (++count > limits.maxHeaders) throw invalid(`it has more than ${limits.maxHeaders} headers`)
      if (bytes > limits.maxHeaderBytes) throw this.tooLarge('headers', bytes, limits.maxHeaderBytes)
      if (text === '' || !putUsual(name, text, this.attributes)) this.sort(name, text)
    }
  }

  private sort(name: string, value: string): void {
    if (name === 'content-type' || name === 'Content-Type') {
      this.contentType = value || undefined
      return
    }
    const attribute = attributeOfHeader(name)
    if (attribute !== undefined) {
      if (value !== '') this.attributes[attribute] = value
      return
    }
    const prefix = prefixLength(name)
    if (prefix > 0) this.extensions = withHeader(this.extensions, name.slice(prefix), value)
    else if (name === 'traceparent') this.traceparent = value
    else if (name === 'tracestate') this.tracestate = value
    else if (name === 'trace_id') this.traceId = value
    else this.plain = withHeader(this.plain, name, value)
  }

  private tooLarge(part: string, bytes: number, limit: number) {
    return fault('GULO_TOO_LARGE', { part, type: this.messageOfTopic, bytes, limit })
  }
}

function withHeader(headers: Headers | undefined, name: string, value: string): Headers | undefined {
  if (name === '__proto__') return headers
  const all = headers ?? {}
  all[name] = value
  return all
}

function invalid(wrong: string) {
  return fault('GULO_ENVELOPE_INVALID', { codec: 'incoming', wrong })
}
