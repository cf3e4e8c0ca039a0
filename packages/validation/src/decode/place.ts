import type { Problem } from '../faults.js'
import { joinPath } from '../problems.js'

/** Where in the data decoding is, and what it has found wrong so far. */
export interface Place {
  readonly path: string
  readonly depth: number
  readonly problems: Problem[]
}

/** The place of a field or item. */
export function inside({ path, depth, problems }: Place, key: string | number): Place {
  return { path: joinPath(path, key), depth: depth + 1, problems }
}

/** Notes a problem; there is no value then. */
export function note({ path, problems }: Place, constraint: string, text: string): undefined {
  problems.push({ path, constraints: { [constraint]: path === '' ? text : `${path} ${text}` } })
}
