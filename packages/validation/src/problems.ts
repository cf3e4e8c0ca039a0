import type { ValidationError } from 'class-validator'
import type { Problem } from './faults.js'

/** The tree of class-validator as a list, without the objects and values that it carries. */
export function problemsOf(errors: readonly ValidationError[], at = ''): Problem[] {
  return errors.flatMap(({ property, constraints, children }) => {
    const path = property === undefined ? at : joinPath(at, property)
    const own = constraints && Object.keys(constraints).length > 0 ? [{ path, constraints: { ...constraints } }] : []
    return [...own, ...problemsOf(children ?? [], path)]
  })
}

/** `lines` and `0` make `lines[0]`, `address` and `city` make `address.city`. */
export function joinPath(at: string, key: string | number): string {
  if (/^\d+$/.test(String(key))) return `${at}[${key}]`
  return at === '' ? String(key) : `${at}.${key}`
}
