import type { ValidatorOptions } from 'class-validator'
import type { PropertyCheck } from './property.js'
import type { Rule } from './rules.js'

/** What `whitelist` and `forbidNonWhitelisted` do; `undefined` where they are off. Strips as class-validator does. */
export function whitelistCheck(
  rules: Readonly<Record<string, readonly Rule[]>>,
  { whitelist, forbidNonWhitelisted }: ValidatorOptions,
  stripped: Stripped,
): PropertyCheck | undefined {
  if (!whitelist) return undefined
  return (object) => {
    const unknown = Object.keys(object).filter((key) => {
      // Looked up as class-validator does, names of Object.prototype and all.
      const known = rules[key]
      return !known || known.length === 0
    })
    if (unknown.length === 0) return true
    if (forbidNonWhitelisted) return false
    stripped.remove(object, unknown)
    return true
  }
}

/**
 * What was stripped while a plan runs. It is put back when the object does not pass: class-validator then looks at the
 * whole object again, and a rule may have seen a nested object before it was stripped.
 */
export class Stripped {
  private readonly objects: { readonly object: object; readonly before: PropertyDescriptorMap }[] = []

  /** Where a run starts: the number of objects stripped before it. */
  get mark(): number {
    return this.objects.length
  }

  remove(object: object, keys: readonly string[]): void {
    this.objects.push({ object, before: Object.getOwnPropertyDescriptors(object) as PropertyDescriptorMap })
    for (const key of keys) delete (object as Record<string, unknown>)[key]
  }

  /** Ends the run that started at `mark`; the outermost run forgets what was stripped. */
  end(mark: number, passed: boolean): void {
    if (this.objects.length === mark) return
    if (!passed) for (const { object, before } of this.objects.splice(mark).reverse()) putBack(object, before)
    else if (mark === 0) this.objects.length = 0
  }
}

// All are deleted and defined again, so that they come back in their order.
function putBack(object: object, before: PropertyDescriptorMap): void {
  for (const key of Reflect.ownKeys(before)) {
    if (Reflect.deleteProperty(object, key))
      Object.defineProperty(object, key, before[key as string] as PropertyDescriptor)
  }
}
