import type { Samples } from './interleave.js'

/** How one variant compares with another of the same run. */
export interface Comparison {
  /** By wall clock: the best round of the one over the best round of the other, or the median of what each round says. */
  readonly ratio: number
  /** The median of what each round says, by CPU time. */
  readonly cpu: number
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Compares rounds of `variant` with the same rounds of `base`. */
export function compare(variant: Samples, base: Samples, by: 'best' | 'median' = 'best'): Comparison {
  const ratio = by === 'best' ? Math.min(...variant.wall) / Math.min(...base.wall) : paired(variant.wall, base.wall)
  return { ratio, cpu: paired(variant.cpu, base.cpu) }
}

function paired(variant: readonly number[], base: readonly number[]): number {
  return median(variant.map((each, round) => each / (base[round] ?? Number.NaN)))
}

/** Rounds to `digits` decimal places. */
export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}

/** The value that is furthest from 1. */
export function furthestFromOne(values: readonly number[]): number {
  return values.reduce((worst, each) => (Math.abs(each - 1) > Math.abs(worst - 1) ? each : worst), 1)
}

/** The samples of one variant. */
export function samplesOf(samples: Readonly<Record<string, Samples>>, name: string): Samples {
  const found = samples[name]
  if (found === undefined) throw new Error(`The variant ${name} was not measured.`)
  return found
}
