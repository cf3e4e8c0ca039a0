import { Exclude } from 'class-transformer'
// @ts-expect-error: class-transformer ships no types for this path, and exports its metadata nowhere else
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js'
import type { AnyClass } from '../plan/rules.js'

/** What `@Type` noted on a property. */
export interface TypeNote {
  readonly propertyName: string
  readonly reflectedType: unknown
  readonly typeFunction: ((...options: unknown[]) => unknown) | undefined
  readonly options?: { readonly discriminator?: unknown }
}

type Notes = Map<AnyClass, Map<string | undefined, unknown>>

interface Storage {
  readonly _typeMetadatas: Notes
  readonly _transformMetadatas: Notes
  readonly _exposeMetadatas: Notes
  readonly _excludeMetadatas: Notes
}

const storage = defaultMetadataStorage as Storage

/** The `@Type` notes of a class and its bases, the nearest first. */
export function typeNotes(target: AnyClass): readonly TypeNote[] {
  return lineage(target).flatMap((each) => [...(storage._typeMetadatas?.get(each)?.values() ?? [])] as TypeNote[])
}

/** The names that a class gives to class-transformer. */
export function transformedProperties(target: AnyClass): readonly string[] {
  const notes = [storage._transformMetadatas, storage._exposeMetadatas, storage._typeMetadatas]
  const names = lineage(target).flatMap((each) => notes.flatMap((map) => [...(map?.get(each)?.keys() ?? [])]))
  return names.filter((name) => name !== undefined)
}

/** Whether a class uses more of class-transformer than `@Type`, so that class-transformer itself must do the work. */
export function usesTransformer(target: AnyClass): boolean {
  if (!isReadable()) return true
  const notes = [storage._transformMetadatas, storage._exposeMetadatas, storage._excludeMetadatas]
  return lineage(target).some((each) => notes.some((map) => map.has(each)))
}

let readable: boolean | undefined

// A bundler may ship this file twice; the decorators then write to the other copy, and nothing can be known from here.
function isReadable(): boolean {
  if (readable === undefined) {
    class Sample {}
    Exclude()(Sample.prototype, 'sample')
    readable = storage._excludeMetadatas?.has(Sample) === true
  }
  return readable
}

function lineage(target: AnyClass): AnyClass[] {
  const classes: AnyClass[] = []
  for (let each = target; typeof each === 'function' && each.prototype; each = Object.getPrototypeOf(each))
    classes.push(each)
  return classes
}
