import { fault } from '../faults.js'

export type JsonObject = Readonly<Record<string, unknown>>

/** An optional member as text: null is absent, numbers and booleans are written out. @throws GULO_ENVELOPE_INVALID */
export function textOf(value: unknown, name: string, codec: string): string | undefined {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const wrong = `${name} is ${Array.isArray(value) ? 'an array' : 'an object'}, not a text`
  throw fault('GULO_ENVELOPE_INVALID', { codec, wrong })
}

/** Like {@link textOf}, but an empty text is absent too. */
export function textMember(value: unknown, name: string, codec: string): string | undefined {
  return textOf(value, name, codec) || undefined
}

/** A member that is an object; anything else is as good as absent. */
export function objectMember(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {}
}
