import { fault } from '../faults.js'

export type JsonObject = Readonly<Record<string, unknown>>

/** An optional text member: null and empty are absent, numbers and booleans become text. @throws GULO_ENVELOPE_INVALID */
export function textMember(value: unknown, name: string, codec: string): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw fault('GULO_ENVELOPE_INVALID', {
    codec,
    wrong: `${name} is ${Array.isArray(value) ? 'an array' : 'an object'}, not a text`,
  })
}

/** A member that is an object; anything else is as good as absent. */
export function objectMember(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {}
}
