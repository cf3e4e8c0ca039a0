import type { Random } from '@gulo/core'

/** Something that is done once so many messages have come through. */
export interface Action {
  readonly at: number
  run(): Promise<void>
}

const LONGEST_BURST = 4

/** Kills, one to four at a time. */
export function burstsOf(kills: number, random: Random): number[] {
  const bursts: number[] = []
  for (let left = kills; left > 0; left -= bursts.at(-1) as number) {
    bursts.push(Math.min(left, 1 + Math.floor(random.next() * LONGEST_BURST)))
  }
  return bursts
}

/** Each at its place among so many messages; `offset`, from 0 to 1, keeps different ones apart. */
export function spread(messages: number, runs: readonly (() => Promise<void>)[], offset: number): Action[] {
  return runs.map((run, index) => ({ run, at: Math.floor((messages * (index + offset)) / (runs.length + 1)) }))
}

/** All of them, the first one first. */
export function inOrder(...actions: readonly (readonly Action[])[]): Action[] {
  return actions.flat().sort((one, other) => one.at - other.at)
}
