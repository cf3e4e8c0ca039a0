import { type GroupRuns, type RunTask, runChild, timeGroup } from './children.js'
import type { CaseReport, PeerReport, Report } from './report.js'
import { compare, furthestFromOne, median, round } from './statistics.js'
import type { AbsoluteCase, Case, ImportCase, RatioCase, Suite } from './suite.js'
import type { Answer, Task } from './task.js'

export interface MeasureOptions {
  /** Fewer and shorter rounds: good for a look, not for a verdict. */
  readonly quick: boolean
  readonly peers: boolean
  /** Is told what is being measured. */
  readonly progress: (text: string) => void
  /** @default in a process of its own */
  readonly run?: RunTask
}

const IMPORTS = 7

/** Measures a whole suite. */
export async function measure(suite: Suite, options: MeasureOptions): Promise<Report> {
  const task = taskOf(suite, options)
  const run = options.run ?? runChild
  const runs = new Map<string, GroupRuns>()
  for (const { name } of suite.groups) {
    options.progress(name)
    runs.set(name, await timeGroup({ ...task, group: name }, run))
  }
  const cases: CaseReport[] = []
  for (const each of suite.cases) cases.push(await reportCase(each, task, runs, run))
  const all = [...runs.values()]
  return {
    suite: suite.name,
    node: process.versions.node,
    control: round(furthestFromOne(all.flatMap(({ controls }) => controls))),
    cases,
    peers: all.flatMap(reportPeers),
  }
}

function taskOf(suite: Suite, { quick, peers }: MeasureOptions): Task {
  const effort = quick ? { rounds: 20, warmUpRounds: 12, batchMs: 5 } : { rounds: 60, warmUpRounds: 20, batchMs: 10 }
  return { kind: 'time', suite: suite.name, group: '', module: '', peers, ...effort }
}

async function reportCase(
  each: Case,
  task: Task,
  runs: ReadonlyMap<string, GroupRuns>,
  run: RunTask,
): Promise<CaseReport> {
  if (each.kind === 'import') return reportImport(each, task, run)
  if (each.kind === 'bytes') return reportBytes(each, task, run)
  const { answers, conclusive } = runs.get(each.group) as GroupRuns
  const found = each.kind === 'ratio' ? reportRatio(each, answers) : reportTime(each, answers)
  return conclusive ? found : { ...found, met: false, inconclusive: true }
}

function reportRatio({ case: name, variant, base = 'raw', goal }: RatioCase, answers: readonly Answer[]): CaseReport {
  const compared = answers.map(({ samples }) => compare(samplesOf(samples, variant), samplesOf(samples, base)))
  const ratio = round(median(compared.map((each) => each.ratio)))
  return { case: name, ratio, cpu: round(median(compared.map((each) => each.cpu))), goal, met: ratio <= goal }
}

function reportTime({ case: name, variant, goal }: AbsoluteCase, answers: readonly Answer[]): CaseReport {
  const found = answers.map(({ samples }) => samplesOf(samples, variant))
  const value = round(median(found.map(({ wall }) => Math.min(...wall))) / 1000, 3)
  const cpu = round(median(found.map((each) => median(each.cpu))) / 1000, 3)
  return { case: name, value, unit: 'us', cpu, goal, met: value <= goal }
}

async function reportBytes(
  { case: name, group, variant, goal }: AbsoluteCase,
  task: Task,
  run: RunTask,
): Promise<CaseReport> {
  const { bytes } = await run({ ...task, kind: 'bytes', group })
  const value = Math.round(bytes[variant] as number)
  return { case: name, value, unit: 'bytes', goal, met: value <= goal }
}

async function reportImport({ case: name, module, goal }: ImportCase, task: Task, run: RunTask): Promise<CaseReport> {
  const readings: number[] = []
  for (let count = 0; count < IMPORTS; count++) readings.push((await run({ ...task, kind: 'import', module })).importMs)
  const value = round(median(readings), 1)
  return { case: name, value, unit: 'ms', cpu: value, goal, met: value <= goal }
}

function reportPeers({ answers }: GroupRuns): PeerReport[] {
  return (answers[0]?.peers ?? []).map(({ name, version, case: gulo, variant }) => {
    const ratios = answers.map(({ samples }) => compare(samplesOf(samples, variant), samplesOf(samples, 'raw')).ratio)
    return { name, version, case: gulo, ratio: round(median(ratios)) }
  })
}

function samplesOf(samples: Answer['samples'], name: string) {
  const found = samples[name]
  if (found === undefined) throw new Error(`The variant ${name} was not measured.`)
  return found
}
