import { lastUpTo, type Occurrences } from './occurrences.js'
import type { OccurrenceCause, Recurring } from './recurring.js'

/** What is to be run now, and when the schedule is next due. */
export interface Step {
  readonly due: readonly { readonly occurrenceMs: number; readonly cause: OccurrenceCause }[]
  readonly nextMs: number | undefined
}

// So many at once; the rest follows with the next look.
const MOST = 100

/** Decides which of the occurrences from `fromMs`, which is one, up to `nowMs` are run. */
export function stepFrom({ occurrences, catchUp, graceMs }: Recurring, fromMs: number, nowMs: number): Step {
  const judged = (occurrenceMs: number) => {
    const cause: OccurrenceCause = nowMs - occurrenceMs > graceMs ? 'missed' : 'due'
    return { occurrenceMs, cause }
  }
  if (catchUp === 'all') {
    const { times, nextMs } = first(occurrences, fromMs, nowMs)
    return { due: times.map(judged), nextMs }
  }
  const last = judged(lastUpTo(occurrences, fromMs, nowMs))
  const left = catchUp === 'none' && last.cause === 'missed'
  return { due: left ? [] : [last], nextMs: occurrences.next(nowMs) }
}

function first(occurrences: Occurrences, fromMs: number, nowMs: number) {
  const times: number[] = []
  let nextMs: number | undefined = fromMs
  while (nextMs !== undefined && nextMs <= nowMs && times.length < MOST) {
    times.push(nextMs)
    nextMs = occurrences.next(nextMs)
  }
  return { times, nextMs }
}
