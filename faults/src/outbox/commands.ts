import { type Random, seededRandom } from '@gulo/core'
import type { Share } from './protocol.js'

/** What one command does, and what goes wrong with its first attempt. */
export interface Planned {
  readonly command: string
  readonly key: string
  /** How many messages it raises. */
  readonly count: number
  readonly mishap: Mishap
}

export interface Mishap {
  /** The handler throws after it has written. */
  readonly throws: boolean
  /** The commit is refused, after the events are in the outbox. */
  readonly refused: boolean
  /** The commit takes so long, in milliseconds, with the events in the outbox and their numbers taken. */
  readonly lagMs: number
}

export const NO_MISHAP: Mishap = { throws: false, refused: false, lagMs: 0 }

const KEYS = 120
const MOST_EVENTS = 4
const [THROWS, REFUSED, LAGS, LAGS_LONG] = [0.02, 0.04, 0.06, 0.061]

/** The commands of one writer: the same list for each process that takes its place. */
export function planCommands({ writer, seed, messages }: Share): readonly Planned[] {
  const random = seededRandom(seed)
  const planned: Planned[] = []
  for (let left = messages; left > 0; ) {
    // Keys are everybody's: writers meet on them, and the database decides who is first.
    const key = `key-${Math.floor(random.next() * KEYS)}`
    const count = Math.min(left, 1 + Math.floor(random.next() * MOST_EVENTS))
    planned.push({ command: `${writer}-${planned.length}`, key, count, mishap: mishapOf(random) })
    left -= count
  }
  return planned
}

function mishapOf(random: Random): Mishap {
  const chance = random.next()
  const short = 50 + Math.floor(random.next() * 400)
  if (chance < THROWS) return { ...NO_MISHAP, throws: true }
  if (chance < REFUSED) return { ...NO_MISHAP, refused: true, lagMs: short >> 2 }
  if (chance < LAGS) return { ...NO_MISHAP, lagMs: short }
  return chance < LAGS_LONG ? { ...NO_MISHAP, lagMs: 3000 } : NO_MISHAP
}
