import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { BYTES_FLAGS } from './bytes.js'
import { compare } from './statistics.js'
import { type Answer, CONTROL, type Task } from './task.js'

/** The runs of one group, and whether the control came out right often enough. */
export interface GroupRuns {
  readonly answers: readonly Answer[]
  readonly controls: readonly number[]
  readonly conclusive: boolean
}

/** How far from 1 the control may be. */
const TOLERANCE = 0.05
const REPEATS = 3
const EXTRA_ATTEMPTS = 5

export type RunTask = (task: Task) => Promise<Answer>

/** Runs a task in a process of its own. */
export const runChild: RunTask = (task) => {
  const execArgv = task.kind === 'bytes' ? BYTES_FLAGS : []
  // Libraries print where they like: only the answer may reach the standard output of this command.
  const child = fork(fileURLToPath(new URL('child.js', import.meta.url)), [], {
    execArgv,
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  return new Promise((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as Answer))
    child.once('error', reject)
    child.once('exit', (code) =>
      reject(new Error(`Measuring ${task.group || task.module} ended with exit code ${code}.`)),
    )
    child.send(task)
  })
}

/**
 * Times a group in processes one after the other until three have a control within 1 ± 0.05, a bounded number of times;
 * where that fails, answers the runs with the best controls as inconclusive.
 */
export async function timeGroup(task: Task, run: RunTask = runChild): Promise<GroupRuns> {
  const all: { readonly answer: Answer; readonly control: number }[] = []
  const isGood = ({ control }: { readonly control: number }) => Math.abs(control - 1) <= TOLERANCE
  while (all.filter(isGood).length < REPEATS && all.length < REPEATS + EXTRA_ATTEMPTS) {
    const answer = await run(task)
    all.push({ answer, control: controlOf(answer) })
  }
  const best = all.toSorted((left, right) => Math.abs(left.control - 1) - Math.abs(right.control - 1)).slice(0, REPEATS)
  return {
    answers: best.map(({ answer }) => answer),
    controls: best.map(({ control }) => control),
    conclusive: best.every(isGood),
  }
}

function controlOf({ samples }: Answer): number {
  const [first] = Object.values(samples)
  const control = samples[CONTROL]
  if (first === undefined || control === undefined) throw new Error('A run has no control.')
  return compare(control, first).ratio
}
