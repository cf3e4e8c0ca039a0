import { describeValue } from '../message/message.js'

/** Says which value JSON.stringify has silently replaced, or which key nobody will read; `undefined` when there is none. */
export function findLost(value: unknown, path = 'it'): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is ${value}`
  if (typeof value !== 'object' || value === null) return undefined
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? `${path} is an invalid Date` : undefined
  const { toJSON } = value as { toJSON?: unknown }
  return findInside(typeof toJSON === 'function' ? toJSON.call(value, '') : value, path)
}

// What toJSON answers is written as it is, even if it has a toJSON itself.
function findInside(value: unknown, path: string): string | undefined {
  if (typeof value === 'number' || value instanceof Number) return findLost(Number(value), path)
  if (typeof value !== 'object' || value === null) return undefined
  return Array.isArray(value) ? findInItems(value, path) : findInMembers(value, path)
}

function findInItems(items: readonly unknown[], path: string): string | undefined {
  for (const [index, item] of items.entries()) {
    const place = `${path}[${index}]`
    if (typeof item === 'function' || typeof item === 'symbol') return `${place} is a ${typeof item}`
    const lost = findLost(item, place)
    if (lost !== undefined) return lost
  }
  return undefined
}

function findInMembers(value: object, path: string): string | undefined {
  const keys = Object.keys(value)
  if (keys.length === 0 ? !isPlain(value) : ArrayBuffer.isView(value)) return `${path} is ${describeValue(value)}`
  for (const key of keys) {
    if (key === '__proto__') return `${path} has a key __proto__`
    const member = (value as Record<string, unknown>)[key]
    // Told apart here, so that the path of what is surely well is not put together.
    if (member === null || typeof member === 'string') continue
    if (typeof member === 'number' && Number.isFinite(member)) continue
    const lost = findLost(member, `${path}.${key}`)
    if (lost !== undefined) return lost
  }
  return undefined
}

// A Map, a Set, an error, a promise that nobody awaited; an instance of a class is as good as a plain object.
function isPlain(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object Object]'
}
