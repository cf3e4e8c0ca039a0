import type { GroupRuns, RunTask } from './children.js'
import type { Samples } from './interleave.js'
import type { CaseReport, Figures } from './report.js'
import { compare, median, round, samplesOf } from './statistics.js'
import type {
  AbsoluteCase,
  Case,
  CpuRatioCase,
  FigureCase,
  ImportCase,
  Method,
  RateCase,
  RatioCase,
  ReportCase,
} from './suite.js'
import type { Answer, Task } from './task.js'

/** What the cases of a suite are reported from. */
export interface Findings {
  readonly method: Method
  readonly task: Task
  readonly runs: ReadonlyMap<string, GroupRuns>
  readonly run: RunTask
}

const IMPORTS = 7

/** The line of one case; what no group has timed is measured now. */
export async function reportCase(each: Case, findings: Findings): Promise<CaseReport> {
  if (each.kind === 'import') return reportImport(each, findings)
  if (each.kind === 'bytes') return reportBytes(each, findings)
  const { answers, conclusive } = findings.runs.get(each.group) as GroupRuns
  const found = reportTimed(each, answers, findings.method)
  return conclusive || each.kind === 'report' ? found : { ...found, met: false, inconclusive: true }
}

type TimedCase = Exclude<Case, ImportCase>

function reportTimed(each: TimedCase, answers: readonly Answer[], { by }: Method): CaseReport {
  if (each.kind === 'report') return reportAll(each, answers)
  if (each.kind === 'cpu-ratio') return reportCpuRatio(each, answers, by)
  if (each.kind === 'figure') return reportFigure(each, answers)
  if (each.kind === 'per-second') return reportPerSecond(each, answers)
  if (each.kind === 'cpu-us') return reportCpu(each, answers)
  if (each.kind === 'ratio') return reportRatio(each, answers, by)
  if (each.kind === 'rate') return reportRate(each, answers, by)
  return reportTime(each, answers)
}

function reportRatio(each: RatioCase, answers: readonly Answer[], by: Method['by']): CaseReport {
  const { case: name, goal } = each
  const { ratio, cpu } = compareAll(each, answers, by)
  return { case: name, ratio: round(ratio), cpu: round(cpu), goal, met: round(ratio) <= goal }
}

function reportRate(each: RateCase, answers: readonly Answer[], by: Method['by']): CaseReport {
  const { case: name, goal, variant, base = 'raw' } = each
  const { ratio: time, cpu } = compareAll(each, answers, by)
  const ratio = round(1 / time)
  const figures = figuresOf(answers, variant)
  const raw = figuresOf(answers, base)
  return { case: name, ratio, cpu: round(cpu), goal, atLeast: true, met: ratio >= goal, ...figures, raw }
}

function reportCpuRatio(each: CpuRatioCase, answers: readonly Answer[], by: Method['by']): CaseReport {
  const { case: name, goal, variant, base = 'raw' } = each
  const ratio = round(compareAll(each, answers, by).cpu)
  const figures = figuresOf(answers, variant)
  return { case: name, ratio, cpu: ratio, goal, met: ratio <= goal, ...figures, raw: figuresOf(answers, base) }
}

function reportAll({ case: name, variant }: ReportCase, answers: readonly Answer[]): CaseReport {
  const { perSecond, cpuUs } = figuresOf(answers, variant)
  const counted = Object.entries(answers[0]?.figures[variant] ?? {}).map(([figure, value]) => [figure, round(value, 1)])
  return { case: name, value: perSecond, unit: '/s', cpu: cpuUs, met: true, figures: Object.fromEntries(counted) }
}

function reportFigure({ case: name, variant, figure, unit, goal }: FigureCase, answers: readonly Answer[]): CaseReport {
  const value = round(median(answers.map(({ figures }) => figures[variant]?.[figure] ?? Number.NaN)), 3)
  return { case: name, value, unit, goal, met: value <= goal }
}

function reportPerSecond({ case: name, variant, goal }: AbsoluteCase, answers: readonly Answer[]): CaseReport {
  const { perSecond, cpuUs } = figuresOf(answers, variant)
  return { case: name, value: perSecond, unit: '/s', cpu: cpuUs, goal, atLeast: true, met: perSecond >= goal }
}

function reportCpu({ case: name, variant, goal }: AbsoluteCase, answers: readonly Answer[]): CaseReport {
  const { cpuUs } = figuresOf(answers, variant)
  return { case: name, value: cpuUs, unit: 'us', cpu: cpuUs, goal, met: cpuUs <= goal }
}

function compareAll(
  { variant, base = 'raw' }: RatioCase | RateCase | CpuRatioCase,
  answers: readonly Answer[],
  by: Method['by'],
) {
  const all = answers.map(({ samples }) => compare(samplesOf(samples, variant), samplesOf(samples, base), by))
  return { ratio: median(all.map(({ ratio }) => ratio)), cpu: median(all.map(({ cpu }) => cpu)) }
}

function figuresOf(answers: readonly Answer[], variant: string): Figures {
  const middle = (of: (samples: Samples) => readonly number[]) =>
    median(answers.map(({ samples }) => median(of(samplesOf(samples, variant)))))
  return { perSecond: Math.round(1e9 / middle(({ wall }) => wall)), cpuUs: round(middle(({ cpu }) => cpu) / 1000, 1) }
}

function reportTime({ case: name, variant, goal }: AbsoluteCase, answers: readonly Answer[]): CaseReport {
  const found = answers.map(({ samples }) => samplesOf(samples, variant))
  const value = round(median(found.map(({ wall }) => Math.min(...wall))) / 1000, 3)
  const cpu = round(median(found.map((each) => median(each.cpu))) / 1000, 3)
  return { case: name, value, unit: 'us', cpu, goal, met: value <= goal }
}

async function reportBytes(each: AbsoluteCase, { task, run }: Findings): Promise<CaseReport> {
  const { case: name, group, variant, goal } = each
  const { bytes } = await run({ ...task, kind: 'bytes', group })
  const value = Math.round(bytes[variant] as number)
  return { case: name, value, unit: 'bytes', goal, met: value <= goal }
}

async function reportImport(each: ImportCase, { task, run }: Findings): Promise<CaseReport> {
  const { case: name, module, goal } = each
  const readings: number[] = []
  for (let count = 0; count < IMPORTS; count++) readings.push((await run({ ...task, kind: 'import', module })).importMs)
  const value = round(median(readings), 1)
  return { case: name, value, unit: 'ms', cpu: value, goal, met: value <= goal }
}
