import type { Samples } from './interleave.js'
import type { Effort } from './suite.js'

/** What a child process is asked for. */
export interface Task extends Effort {
  readonly kind: 'time' | 'bytes' | 'import'
  readonly suite: string
  readonly group: string
  readonly module: string
  readonly peers: boolean
  readonly quick: boolean
  /** Address of the suite's service; empty for a suite without one. */
  readonly service: string
}

/** What it answers: samples or bytes by variant, or the CPU milliseconds of an import. */
export interface Answer {
  readonly samples: Readonly<Record<string, Samples>>
  /** Variants that could not be measured here, and why. */
  readonly skipped: Readonly<Record<string, string>>
  readonly bytes: Readonly<Record<string, number>>
  /** What variants have counted by themselves. */
  readonly figures: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly importMs: number
  readonly peers: readonly {
    readonly name: string
    readonly version: string
    readonly case: string
    readonly variant: string
  }[]
}

/** The name of the second run of the first variant. */
export const CONTROL = 'control'
