import { plainToInstance } from 'class-transformer'
import { validationFault } from '../faults.js'
import type { AnyClass } from '../plan/rules.js'
import { asIs } from './as-is.js'
import { convert, type NestedCopier } from './convert.js'
import { type Shape, shapeOf } from './fields.js'
import { inside, note, type Place } from './place.js'

/** What becomes of data that the class has no field for. */
export type UnknownKeys = 'keep' | 'strip' | 'refuse'

type Data = Record<string, unknown>

const DEEPEST = 64

/** Makes instances of one class of wire data. Notes what does not fit instead of throwing. */
export class Copier implements NestedCopier {
  private readonly shape: Shape

  /** @throws GULO_VALIDATION_CLASS when the class cannot be made without arguments. */
  constructor(
    private readonly target: AnyClass,
    private readonly unknownKeys: UnknownKeys,
    private readonly copierOf: (nested: AnyClass) => NestedCopier,
  ) {
    this.shape = shapeOf(target, this.make())
  }

  copy(data: unknown, place: Place): object | undefined {
    if (data === null || typeof data !== 'object' || Array.isArray(data))
      return note(place, 'shape', 'must be an object')
    if (place.depth > DEEPEST) return note(place, 'depth', `is more than ${DEEPEST} levels deep`)
    if (!this.shape.transformed) return this.fill(this.make(), data, place)
    const made = this.transform(data, place)
    return made && this.fill(made, made, place)
  }

  /** Converts the fields of `source` into `instance`; the two are one where class-transformer has made it. */
  fill(instance: object, source: object, place: Place): object {
    for (const field of this.shape.fields) {
      const { name, type } = field
      const value = Object.hasOwn(source, name) ? (source as Data)[name] : undefined
      if (value === undefined) continue
      if (type !== undefined)
        (instance as Data)[name] = convert({ ...field, type }, value, inside(place, name), this.copierOf)
      else (instance as Data)[name] = typeof value === 'object' ? asIs(value, inside(place, name)) : value
    }
    const unknownKeys = this.shape.closed ? this.unknownKeys : 'keep'
    if (unknownKeys !== 'strip' || instance === source)
      this.treatUnknown(unknownKeys, instance as Data, source as Data, place)
    return instance
  }

  private treatUnknown(unknownKeys: UnknownKeys, instance: Data, source: Data, place: Place): void {
    for (const key of Object.keys(source)) {
      if (this.shape.names.has(key)) continue
      if (unknownKeys === 'strip') delete instance[key]
      else if (unknownKeys === 'refuse') note(inside(place, key), 'unknownKey', 'should not exist')
      else if (key in instance && !Object.hasOwn(instance, key))
        note(inside(place, key), 'unknownKey', 'is a name of the class itself')
      else instance[key] = asIs(source[key], inside(place, key))
    }
  }

  private transform(data: object, place: Place): object | undefined {
    try {
      // Of a copy: class-transformer takes discriminators out of what it is given, and the data may be wanted again.
      return plainToInstance(this.target as new () => object, structuredClone(data))
    } catch (error) {
      return note(place, 'transform', `cannot be transformed: ${error instanceof Error ? error.name : 'an error'}`)
    }
  }

  private make(): object {
    try {
      return new (this.target as new () => object)()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw validationFault('GULO_VALIDATION_CLASS', { message: this.target.name, reason }, cause)
    }
  }
}
