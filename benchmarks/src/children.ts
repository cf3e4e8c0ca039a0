import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { BYTES_FLAGS } from './bytes.js'
import { compare, samplesOf } from './statistics.js'
import type { Method } from './suite.js'
import { type Answer, CONTROL, type Task } from './task.js'

/** The runs of one group, and whether the control came out right often enough. */
export interface GroupRuns {
  readonly answers: readonly Answer[]
  readonly controls: readonly number[]
  readonly conclusive: boolean
}

/** How far from 1 the control may be. */
const TOLERANCE = 0.05

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
 * Times a group in processes of its own until the control is within 1 ± 0.05, a bounded number of times; where that
 * fails, the answer is inconclusive.
 */
export function timeGroup(task: Task, method: Method, run: RunTask = runChild): Promise<GroupRuns> {
  return method.by === 'best' ? chooseRuns(task, method, run) : poolRuns(task, method, run)
}

/** Processes that each have a good control, as many as are needed; else those with the best ones. */
async function chooseRuns(task: Task, { by, processes, attempts }: Method, run: RunTask): Promise<GroupRuns> {
  const all: { readonly answer: Answer; readonly control: number }[] = []
  while (all.filter(({ control }) => isGood(control)).length < processes && all.length < attempts) {
    const answer = await run(task)
    all.push({ answer, control: controlOf(answer, by) })
  }
  const sorted = all.toSorted((left, right) => Math.abs(left.control - 1) - Math.abs(right.control - 1))
  const best = sorted.slice(0, processes)
  return {
    answers: best.map(({ answer }) => answer),
    controls: best.map(({ control }) => control),
    conclusive: best.every(({ control }) => isGood(control)),
  }
}

/** The rounds of all processes together, of at least as many as are needed: none is left out for its control. */
async function poolRuns(task: Task, { by, processes, attempts }: Method, run: RunTask): Promise<GroupRuns> {
  let pooled: Answer | undefined
  for (let count = 1; ; count++) {
    const answer = await run(task)
    pooled = pooled === undefined ? answer : joined(pooled, answer)
    const control = controlOf(pooled, by)
    const good = isGood(control)
    if ((good && count >= processes) || count >= attempts) {
      return { answers: [pooled], controls: [control], conclusive: good }
    }
  }
}

function joined(one: Answer, other: Answer): Answer {
  const both = Object.entries(one.samples).map(([name, { wall, cpu }]) => {
    const more = samplesOf(other.samples, name)
    return [name, { wall: [...wall, ...more.wall], cpu: [...cpu, ...more.cpu] }] as const
  })
  return { ...one, samples: Object.fromEntries(both), figures: other.figures }
}

function isGood(control: number): boolean {
  return Math.abs(control - 1) <= TOLERANCE
}

function controlOf({ samples }: Answer, by: Method['by']): number {
  const [first] = Object.values(samples)
  const control = samples[CONTROL]
  if (first === undefined || control === undefined) throw new Error('A run has no control.')
  return compare(control, first, by).ratio
}
