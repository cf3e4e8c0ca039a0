import type { AnyClass } from '../plan/rules.js'
import { parseDate } from './dates.js'
import type { Field } from './fields.js'
import { inside, note, type Place } from './place.js'

/** Makes instances of a nested class. */
export interface NestedCopier {
  copy(data: unknown, place: Place): object | undefined
  fill(instance: object, source: object, place: Place): object
}

/** Converts a field with a known type, or each item of a list; a missing value stays as it is. */
export function convert(
  { type, list }: Field & { readonly type: AnyClass },
  value: unknown,
  place: Place,
  copierOf: (nested: AnyClass) => NestedCopier,
): unknown {
  const one = (item: unknown, at: Place): unknown => {
    if (item === null || item === undefined) return item
    return type === Date ? toDate(item, at) : toInstance(type, item, at, copierOf)
  }
  if (Array.isArray(value) && list !== false) return value.map((item, index) => one(item, inside(place, index)))
  if (list === true && value !== null) return note(place, 'shape', 'must be a list')
  return one(value, place)
}

function toDate(value: unknown, place: Place): Date | undefined {
  const date = value instanceof Date ? value : parseDate(value)
  if (date !== undefined && !Number.isNaN(date.getTime())) return date
  return note(place, 'date', 'must be a date in ISO 8601, a time with its zone')
}

function toInstance(
  type: AnyClass,
  value: unknown,
  place: Place,
  copierOf: (nested: AnyClass) => NestedCopier,
): object | undefined {
  if (value instanceof type) return copierOf(value.constructor).fill(value, value, place)
  return copierOf(type).copy(value, place)
}
