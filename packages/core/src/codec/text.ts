import { fault } from '../faults.js'

const BEYOND_ASCII = /[^ -~]/
const BEYOND_PLAIN_JSON = /[^ !#-[\]-~]/
// Control characters and halves of surrogate pairs: forbidden in attributes, and no broker promises to carry them.
const FORBIDDEN = /[\p{Cc}\p{Surrogate}]/u

/**
 * The text as it is, fit for a header or an attribute.
 * @throws GULO_ENVELOPE_INVALID for what is no text and for control characters
 */
export function checkText(text: string, name: string, codec: string): string {
  return typeof text === 'string' && !BEYOND_ASCII.test(text) ? text : checkUnusual(text, name, codec)
}

/** The text in JSON quotes, fit for an attribute. @throws GULO_ENVELOPE_INVALID */
export function quote(text: string, name: string, codec: string): string {
  return typeof text === 'string' && !BEYOND_PLAIN_JSON.test(text)
    ? `"${text}"`
    : JSON.stringify(checkUnusual(text, name, codec))
}

/** A text that {@link checkText} has let pass, in JSON quotes. */
export function quoteChecked(text: string): string {
  return text.includes('"') || text.includes('\\') ? JSON.stringify(text) : `"${text}"`
}

/** A text that must not be missing or empty. @throws GULO_ENVELOPE_INVALID */
export function required(text: unknown, name: string, codec: string): string {
  if (typeof text === 'string' && text !== '') return text
  const found = text === undefined || text === null || text === '' ? 'missing' : 'no text'
  throw fault('GULO_ENVELOPE_INVALID', { codec, wrong: `${name} is ${found}` })
}

function checkUnusual(text: unknown, name: string, codec: string): string {
  if (typeof text !== 'string') {
    throw fault('GULO_ENVELOPE_INVALID', { codec, wrong: `${name} is a ${typeof text}, not a text` })
  }
  if (FORBIDDEN.test(text)) {
    throw fault('GULO_ENVELOPE_INVALID', { codec, wrong: `${name} has a control character or half a surrogate pair` })
  }
  return text
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i
const LOOSE_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$/i

/** A time as the producer wrote it; `undefined` when there is none. @throws GULO_ENVELOPE_INVALID unless RFC 3339 */
export function time(text: string | undefined, name: string, codec: string): string | undefined {
  if (text === undefined || RFC_3339.test(text)) return text
  throw fault('GULO_ENVELOPE_INVALID', { codec, wrong: `${name} is "${text}", not a time as in RFC 3339` })
}

/** Like {@link time}, also without a zone or with a space for the T: the platform has producers that write so. */
export function looseTime(text: string | undefined, name: string, codec: string): string | undefined {
  return text !== undefined && LOOSE_TIME.test(text) ? text : time(text, name, codec)
}

// The farthest a Date reaches.
const MAX_TIME_MS = 8.64e15

/** Milliseconds since 1970 as RFC 3339 text. @throws GULO_ENVELOPE_INVALID for a time that no Date can hold */
export function epochTime(ms: number, name: string, codec: string): string {
  if (Math.abs(ms) <= MAX_TIME_MS) return new Date(ms).toISOString()
  throw fault('GULO_ENVELOPE_INVALID', { codec, wrong: `${name} is ${ms}, which is no time` })
}

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}/

/** Drops what is no W3C traceparent: a bad one starts a new trace and is no reason to refuse a message. */
export function validTraceparent(text: string | undefined): string | undefined {
  return text !== undefined && TRACEPARENT.test(text) ? text : undefined
}

/** The trace id in a traceparent: 32 hexadecimal digits. */
export function traceIdOf(traceparent: string): string | undefined {
  return TRACEPARENT.test(traceparent) ? traceparent.slice(3, 35) : undefined
}
