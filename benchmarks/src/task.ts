import type { Samples } from './interleave.js'

/** What a child process is asked for. */
export interface Task {
  readonly kind: 'time' | 'bytes' | 'import'
  readonly suite: string
  readonly group: string
  readonly module: string
  readonly peers: boolean
  readonly rounds: number
  readonly warmUpRounds: number
  readonly batchMs: number
}

/** What it answers: samples or bytes by variant, or the CPU milliseconds of an import. */
export interface Answer {
  readonly samples: Readonly<Record<string, Samples>>
  readonly bytes: Readonly<Record<string, number>>
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
