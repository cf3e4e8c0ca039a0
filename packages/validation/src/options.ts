import type { MessageKind } from '@gulo/core'
import type { ValidatorOptions } from 'class-validator'
import type { UnknownKeys } from './decode/copier.js'
import { validationFault } from './faults.js'

export interface ValidationOptions {
  /** Handed to class-validator, which then acts exactly as ever: groups, whitelist, skipMissingProperties … @default {} */
  readonly validator?: ValidatorOptions
  /**
   * What decoding does with data that the class has no field for. `strip` lets producers add fields before their
   * consumers know them. A class without rules keeps everything. @default 'strip'
   */
  readonly unknownKeys?: UnknownKeys
  /** The kinds of messages that are validated before their handler. @default ['command', 'query'] */
  readonly kinds?: readonly MessageKind[]
}

const UNKNOWN_KEYS: readonly unknown[] = ['keep', 'strip', 'refuse', undefined]
const KINDS: readonly unknown[] = ['command', 'query', 'domain event', 'integration event']

/** @throws GULO_VALIDATION_OPTIONS */
export function checkOptions({ validator, unknownKeys, kinds }: ValidationOptions): void {
  if (validator !== undefined && (validator === null || typeof validator !== 'object')) {
    refuse('validator', validator, 'an object of options for class-validator')
  }
  if (!UNKNOWN_KEYS.includes(unknownKeys)) refuse('unknownKeys', unknownKeys, 'keep, strip or refuse')
  if (kinds !== undefined && !(Array.isArray(kinds) && kinds.every((kind) => KINDS.includes(kind)))) {
    refuse('kinds', kinds, `a list of ${KINDS.join(', ')}`)
  }
}

function refuse(option: string, found: unknown, expected: string): never {
  throw validationFault('GULO_VALIDATION_OPTIONS', { operation: 'validation', option, found, expected })
}
