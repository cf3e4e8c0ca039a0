import { inside, note, type Place } from './place.js'

const DEEPEST = 64

/** Takes a value that no class describes as it is, but refuses keys by which a later merge would reach a prototype. */
export function asIs(value: unknown, place: Place): unknown {
  if (value === null || typeof value !== 'object') return value
  if (place.depth > DEEPEST) return note(place, 'depth', `is more than ${DEEPEST} levels deep`)
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      if (item !== null && typeof item === 'object') asIs(item, inside(place, index))
    })
    return value
  }
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key]
    if (key === '__proto__') return note(place, 'unknownKey', 'must not have a key __proto__')
    if (item !== null && typeof item === 'object') asIs(item, inside(place, key))
  }
  return value
}
