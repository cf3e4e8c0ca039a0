import type { ValidatorOptions } from 'class-validator'
import type { PropertyCheck } from './property.js'
import type { Rule } from './rules.js'

/** What `whitelist` and `forbidNonWhitelisted` do; `undefined` where they are off. Strips as class-validator does. */
export function whitelistCheck(
  rules: Readonly<Record<string, readonly Rule[]>>,
  { whitelist, forbidNonWhitelisted }: ValidatorOptions,
): PropertyCheck | undefined {
  if (!whitelist) return undefined
  return (object) => {
    for (const key of Object.keys(object)) {
      // Looked up as class-validator does, names of Object.prototype and all.
      const known = rules[key]
      if (known && known.length !== 0) continue
      if (forbidNonWhitelisted) return false
      delete (object as Record<string, unknown>)[key]
    }
    return true
  }
}
