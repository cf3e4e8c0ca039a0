import { reportCase } from './cases.js'
import { type GroupRuns, type RunTask, runChild, timeGroup } from './children.js'
import type { CaseReport, PeerReport, Report, SkippedCase } from './report.js'
import { compare, furthestFromOne, median, round, samplesOf } from './statistics.js'
import type { Suite } from './suite.js'
import type { Task } from './task.js'

export interface MeasureOptions {
  /** Fewer and shorter rounds: good for a look, not for a verdict. */
  readonly quick: boolean
  readonly peers: boolean
  /** Address of the suite's service. @default none */
  readonly service?: string
  /** Is told what is being measured. */
  readonly progress: (text: string) => void
  /** @default in a process of its own */
  readonly run?: RunTask
}

/** Measures a whole suite. */
export async function measure(suite: Suite, options: MeasureOptions): Promise<Report> {
  const task = taskOf(suite, options)
  const run = options.run ?? runChild
  const runs = new Map<string, GroupRuns>()
  for (const { name, effort } of suite.groups) {
    options.progress(name)
    const own = options.quick ? {} : effort
    runs.set(name, await timeGroup({ ...task, ...own, group: name }, suite.method, run))
  }
  const skipped = skippedCases(suite, runs)
  const left = suite.cases.filter((each) => !skipped.some((other) => other.case === each.case))
  const cases: CaseReport[] = []
  for (const each of left) cases.push(await reportCase(each, { method: suite.method, task, runs, run }))
  const all = [...runs.values()]
  return {
    suite: suite.name,
    node: process.versions.node,
    control: round(furthestFromOne(all.flatMap(({ controls }) => controls))),
    cases,
    ...(skipped.length > 0 ? { skipped } : {}),
    peers: all.flatMap(reportPeers),
  }
}

function taskOf({ name: suite, method }: Suite, { quick, peers, service = '' }: MeasureOptions): Task {
  return {
    kind: 'time',
    suite,
    group: '',
    module: '',
    peers,
    quick,
    service,
    ...(quick ? method.quick : method.effort),
  }
}

function skippedCases({ cases }: Suite, runs: ReadonlyMap<string, GroupRuns>): SkippedCase[] {
  return cases.flatMap((each) => {
    if (each.kind === 'import') return []
    const reasons = runs.get(each.group)?.answers[0]?.skipped ?? {}
    const base = 'base' in each && each.base !== undefined ? each.base : 'raw'
    const reason = reasons[each.case] ?? reasons[each.variant] ?? reasons[base]
    return reason === undefined ? [] : [{ case: each.case, reason }]
  })
}

function reportPeers({ answers }: GroupRuns): PeerReport[] {
  return (answers[0]?.peers ?? []).map(({ name, version, case: gulo, variant }) => {
    const ratios = answers.map(({ samples }) => compare(samplesOf(samples, variant), samplesOf(samples, 'raw')).ratio)
    return { name, version, case: gulo, ratio: round(median(ratios)) }
  })
}
