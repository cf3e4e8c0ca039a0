import { fault } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import { Attributes, attributeOfMember } from './attributes.js'
import { readBase64, readBytes } from './body.js'
import { isCloudEvents, JSON_CONTENT_TYPE } from './content-type.js'
import { toEnvelope } from './envelope-of.js'
import type { Headers } from './headers.js'
import type { Incoming } from './incoming.js'
import { type JsonObject, textOf } from './members.js'
import type { Reader } from './reader.js'
import { required } from './text.js'

const STRUCTURED_JSON = /^\s*application\/cloudevents(?:\+json)?\s*(?:;|$)/i

/** Reads CloudEvents of binary mode: the four required attributes are headers. */
export const binaryReader: Reader = {
  name: 'cloudevents-binary',
  recognises: ({ attributes: { id, source, type, specversion } }) =>
    specversion !== undefined && id !== undefined && source !== undefined && type !== undefined,
  read(message) {
    const { attributes, extensions } = message
    checkVersion(attributes, this.name)
    const payload = binaryData(message, attributes.type as string)
    return toEnvelope(this.name, message, attributes, extensions, payload, message.contentType)
  },
}

/** Reads CloudEvents of structured mode: the content type says that the body is a whole event. */
export const structuredReader: Reader = {
  name: 'cloudevents-structured',
  recognises: ({ contentType }) => contentType !== undefined && isCloudEvents(contentType),
  read(message) {
    if (!STRUCTURED_JSON.test(message.contentType as string)) {
      const wrong = `its format ${message.contentType} is not that of one event in JSON`
      throw fault('GULO_ENVELOPE_INVALID', { codec: this.name, wrong })
    }
    const event = message.parse(message.messageOfTopic)
    if (typeof event !== 'object' || event === null || Array.isArray(event)) {
      throw fault('GULO_ENVELOPE_INVALID', { codec: this.name, wrong: 'its body is no JSON object' })
    }
    return readEvent(this.name, message, event as JsonObject)
  },
}

/** The data of binary mode. No body, and an empty one where JSON is expected, are no data. */
export function binaryData({ body, contentType }: Incoming, type: string): unknown {
  if (body === null) return undefined
  if (body.length === 0 && (contentType === undefined || contentType === JSON_CONTENT_TYPE)) return undefined
  return readBytes(body, type, contentType ?? JSON_CONTENT_TYPE)
}

function readEvent(codec: string, message: Incoming, event: JsonObject): Envelope {
  const attributes = new Attributes()
  let extensions: Headers | undefined
  for (const name of Object.keys(event)) {
    if (name === 'data' || name === 'data_base64') continue
    const value = textOf(event[name], name, codec)
    if (value === undefined) continue
    const attribute = attributeOfMember(name)
    if (attribute === undefined) {
      extensions ??= {}
      extensions[name] = value
    } else if (value !== '') attributes[attribute] = value
  }
  checkVersion(attributes, codec)
  const payload = structuredData(codec, event, attributes)
  return toEnvelope(codec, message, attributes, extensions, payload, attributes.datacontenttype)
}

function structuredData(codec: string, event: JsonObject, { type, datacontenttype }: Attributes): unknown {
  const { data, data_base64: base64 } = event
  if (base64 === undefined || base64 === null) return data
  if (data !== undefined && data !== null) {
    throw fault('GULO_ENVELOPE_INVALID', { codec, wrong: 'it has both data and data_base64' })
  }
  const bytes = readBase64(base64, type as string, datacontenttype ?? 'data_base64')
  return datacontenttype === undefined ? bytes : readBytes(bytes, type as string, datacontenttype)
}

function checkVersion({ specversion }: Attributes, codec: string): void {
  if (required(specversion, 'specversion', codec).startsWith('1.')) return
  throw fault('GULO_ENVELOPE_INVALID', { codec, wrong: `specversion is ${specversion}, not 1.0` })
}
