/** One line of a report: `ratio` for a comparison, `value` and `unit` for a figure that stands alone. */
export interface CaseReport {
  readonly case: string
  readonly ratio?: number
  readonly value?: number
  readonly unit?: string
  /** The same by CPU time, where that can be told. */
  readonly cpu?: number
  readonly goal: number
  readonly met: boolean
  /** Only there when it is true: the control of its runs was too far from 1. */
  readonly inconclusive?: true
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
  readonly peers: readonly PeerReport[]
}

/** 1 when a goal is missed, 3 when that cannot be told, otherwise 0. */
export function exitCodeOf({ cases }: Report): 0 | 1 | 3 {
  if (cases.some(({ met, inconclusive }) => !met && !inconclusive)) return 1
  return cases.some(({ inconclusive }) => inconclusive) ? 3 : 0
}

/** The report as a table for people. */
export function toTable(report: Report): string {
  const rows = report.cases.map((each) => [
    each.case,
    each.ratio === undefined ? `${each.value} ${each.unit}` : `${each.ratio}x`,
    each.cpu === undefined ? '' : `${each.cpu}${each.ratio === undefined ? '' : 'x'}`,
    `<= ${each.goal}`,
    each.inconclusive ? 'inconclusive' : each.met ? 'met' : 'MISSED',
  ])
  const peers = report.peers.map((each) => [each.case, `${each.ratio}x`, `${each.name} ${each.version}`])
  const title = `${report.suite}, Node ${report.node}, control ${report.control}`
  const parts = [title, columns([['case', 'best', 'cpu', 'goal', ''], ...rows])]
  return [...parts, ...(peers.length > 0 ? [columns([['peers', 'best', ''], ...peers])] : [])].join('\n\n')
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
