import { Buffer, isUtf8 } from 'node:buffer'
import { fault } from '../faults.js'
import { isJson, isText } from './content-type.js'

const BASE64 = /^[A-Za-z\d+/]*={0,2}$/

/** Bytes as the value their content type stands for: JSON, text, or the bytes themselves. @throws GULO_BODY_INVALID */
export function readBytes(bytes: Uint8Array, type: string, contentType: string): unknown {
  if (isJson(contentType)) return parseJson(bytes, type, contentType)
  return isText(contentType) ? decodeUtf8(bytes, type, contentType) : bytes
}

/** The JSON value of a body. @throws GULO_BODY_INVALID for malformed JSON and for a key `__proto__` anywhere in it */
export function parseJson(bytes: Uint8Array, type: string, contentType: string): unknown {
  const text = decodeUtf8(bytes, type, contentType)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw fault('GULO_BODY_INVALID', { type, contentType, reason: (error as Error).message }, error)
  }
  // The key may be spelled with escapes, of which an underscore needs \u005f.
  if ((text.includes('__proto__') || text.includes('\\u005')) && hasPrototypeKey(value)) {
    throw fault('GULO_BODY_INVALID', { type, contentType, reason: 'it has a key __proto__' })
  }
  return value
}

/** The bytes behind base64. @throws GULO_BODY_INVALID */
export function readBase64(text: unknown, type: string, contentType: string): Uint8Array {
  if (typeof text !== 'string' || text.length % 4 !== 0 || !BASE64.test(text)) {
    throw fault('GULO_BODY_INVALID', { type, contentType, reason: 'its data are not base64' })
  }
  return Buffer.from(text, 'base64')
}

function decodeUtf8(bytes: Uint8Array, type: string, contentType: string): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = buffer.toString()
  // What stands for bytes that are none may also have been sent: only then they are looked at once more.
  if (text.includes('\ufffd') && !isUtf8(bytes)) {
    throw fault('GULO_BODY_INVALID', { type, contentType, reason: 'it is not UTF-8' })
  }
  // Some producers put a byte order mark in front.
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

// With a stack of its own: nesting is up to the sender.
function hasPrototypeKey(root: unknown): boolean {
  const rest = [root]
  while (rest.length > 0) {
    const value = rest.pop()
    if (typeof value !== 'object' || value === null) continue
    if (Object.hasOwn(value, '__proto__')) return true
    for (const member of Object.values(value)) rest.push(member)
  }
  return false
}
