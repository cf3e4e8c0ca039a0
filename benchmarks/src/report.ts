/** What an operation of one side came to, in the middle of all rounds. */
export interface Figures {
  readonly perSecond: number
  /** CPU microseconds of this process per operation. */
  readonly cpuUs: number
}

/** One line of a report: `ratio` for a comparison, `value` and `unit` for a figure that stands alone. */
export interface CaseReport extends Partial<Figures> {
  readonly case: string
  readonly ratio?: number
  readonly value?: number
  readonly unit?: string
  /** CPU time, where that can be told: over that of raw beside a `ratio`, which makes less better; else by itself. */
  readonly cpu?: number
  /** Missing where there is none. */
  readonly goal?: number
  /** Only there when it is true: `ratio` compares operations per second, and more is better. */
  readonly atLeast?: true
  readonly met: boolean
  /** Only there when it is true: the control of its runs was too far from 1. */
  readonly inconclusive?: true
  /** Beside `perSecond` and `cpuUs`, the same of the other side. */
  readonly raw?: Figures
  /** What the variant has counted by itself; the unit is part of each name. */
  readonly figures?: Readonly<Record<string, number>>
}

/** A case that could not be measured on this machine. */
export interface SkippedCase {
  readonly case: string
  readonly reason: string
}

export interface PeerReport {
  readonly name: string
  readonly version: string
  readonly case: string
  readonly ratio: number
}

/** What a suite has found; with `--json` this is all that is printed. */
export interface Report {
  readonly suite: string
  readonly node: string
  /** The same code measured against itself: of all runs that count, the one furthest from 1. */
  readonly control: number
  readonly cases: readonly CaseReport[]
  /** Only there when there are any. */
  readonly skipped?: readonly SkippedCase[]
  readonly peers: readonly PeerReport[]
}

/** 1 when a goal is missed, 3 when that cannot be told, otherwise 0. */
export function exitCodeOf({ cases }: Report): 0 | 1 | 3 {
  if (cases.some(({ met, inconclusive }) => !met && !inconclusive)) return 1
  return cases.some(({ inconclusive }) => inconclusive) ? 3 : 0
}

/** The report as a table for people. */
export function toTable(report: Report): string {
  const skipped = (report.skipped ?? []).map((each) => [each.case, 'skipped', each.reason])
  const peers = report.peers.map((each) => [each.case, `${each.ratio}x`, `${each.name} ${each.version}`])
  const title = `${report.suite}, Node ${report.node}, control ${report.control}`
  const parts = [
    [['case', 'found', 'cpu', 'goal', '', ...figureHeads(report)], ...report.cases.map(rowOf)],
    skipped,
    peers.length > 0 ? [['peers', 'found', ''], ...peers] : [],
  ]
  return [title, ...parts.filter((rows) => rows.length > 0).map(columns)].join('\n\n')
}

function rowOf(each: CaseReport): string[] {
  const { perSecond, cpuUs, raw } = each
  return [
    each.case,
    each.ratio === undefined ? `${each.value} ${each.unit}` : `${each.ratio}x`,
    each.cpu === undefined ? '' : `${each.cpu}${each.ratio === undefined ? '' : 'x'}`,
    each.goal === undefined ? '' : `${each.atLeast ? '>=' : '<='} ${each.goal}`,
    each.goal === undefined ? listed(each.figures) : each.inconclusive ? 'inconclusive' : each.met ? 'met' : 'MISSED',
    ...(raw === undefined ? [] : [perSecond, raw.perSecond, cpuUs, raw.cpuUs].map(String)),
  ]
}

function listed(figures: Readonly<Record<string, number>> = {}): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

function figureHeads({ cases }: Report): readonly string[] {
  return cases.some(({ raw }) => raw !== undefined) ? ['per second', 'raw', 'cpu us', 'raw'] : []
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
