import { type Problem, validationFailed } from '../faults.js'
import type { AnyClass } from '../plan/rules.js'
import { Copier, type UnknownKeys } from './copier.js'

/** Makes instances of wire data; what each class needs is compiled when its first data come. */
export class Decoder {
  private readonly known = new WeakMap<AnyClass, Copier>()

  constructor(private readonly unknownKeys: UnknownKeys) {}

  /** @throws GULO_VALIDATION_FAILED with everything that does not fit. */
  decode(target: AnyClass, data: unknown): object {
    const problems: Problem[] = []
    const instance = this.of(target).copy(data, { path: '', depth: 0, problems })
    if (instance === undefined || problems.length > 0) throw validationFailed(target.name, problems)
    return instance
  }

  private readonly of = (target: AnyClass): Copier => {
    const known = this.known.get(target)
    if (known !== undefined) return known
    const copier = new Copier(target, this.unknownKeys, this.of)
    this.known.set(target, copier)
    return copier
  }
}
