import type { MemorySchedule } from './memory-schedule.js'
import type {
  DeclaredRecurrence,
  Firing,
  RecurrenceState,
  Recurrences,
  RecurrencesFound,
  RecurringRun,
  RecurringRuns,
  RunError,
} from './recurrences.js'

interface Row {
  state: RecurrenceState
  runs: RecurringRun[]
  retired: boolean
}

/** Recurring schedules in memory, with the time of the store. */
export class MemoryRecurrences implements Recurrences, RecurringRuns {
  private readonly services = new Map<string, Map<string, Row>>()

  constructor(
    private readonly schedule: MemorySchedule,
    private readonly now: () => number,
  ) {}

  async declare(service: string, schedules: readonly DeclaredRecurrence[]): Promise<void> {
    const rows = this.of(service)
    const names = new Set(schedules.map(({ name }) => name))
    for (const [name, row] of rows) if (!names.has(name)) row.retired = true
    for (const { name, words, nextMs } of schedules) {
      const row = rows.get(name)
      if (row?.state.words === words && !row.retired) continue
      const paused = row !== undefined && !row.retired && row.state.paused
      rows.set(name, { state: { name, words, nextMs, paused }, runs: row?.runs ?? [], retired: false })
    }
  }

  async find(service: string): Promise<RecurrencesFound> {
    const schedules = [...this.of(service).values()].filter(({ retired }) => !retired).map(({ state }) => state)
    return { nowMs: this.now(), schedules: schedules.sort((one, other) => (one.name < other.name ? -1 : 1)) }
  }

  async fire(service: string, name: string, { runs, keep, step }: Firing): Promise<boolean> {
    const row = this.of(service).get(name)
    if (row === undefined || row.retired) return false
    if (step !== undefined) {
      const { words, nextMs, paused } = row.state
      if (paused || words !== step.words || nextMs !== step.fromMs || nextMs > this.now()) return false
      row.state = { ...row.state, nextMs: step.toMs }
    }
    const firedMs = this.now()
    for (const { id, occurrenceMs, cause, item, error } of runs) {
      const finishedMs = item === undefined ? firedMs : undefined
      const outcome = item === undefined ? 'failed' : 'waiting'
      const begun = { startedMs: undefined, finishedMs, attempts: 0 }
      row.runs.unshift({ id, occurrenceMs, cause, firedMs, ...begun, outcome, error })
    }
    row.runs.length = Math.min(row.runs.length, keep)
    // At once: the schedule in memory stores before it answers.
    const items = runs.flatMap(({ item }) => (item === undefined ? [] : [item]))
    await Promise.all(items.map((item) => this.schedule.at(item)))
    return true
  }

  async pause(service: string, name: string): Promise<boolean> {
    return this.change(service, name, (state) => ({ ...state, paused: true }))
  }

  async resume(service: string, name: string, nextMs: number | undefined): Promise<boolean> {
    return this.change(service, name, (state) => (state.paused ? { ...state, paused: false, nextMs } : state))
  }

  async beginRun(id: string): Promise<void> {
    this.changeRun(id, (run) => {
      const attempts = run.attempts + 1
      return { ...run, attempts, startedMs: this.now(), finishedMs: undefined, outcome: 'running', error: undefined }
    })
  }

  async endRun(id: string, error?: RunError): Promise<void> {
    const outcome = error === undefined ? 'succeeded' : 'failed'
    this.changeRun(id, (run) => ({ ...run, finishedMs: this.now(), outcome, error }))
  }

  async findRuns(service: string, name: string, limit: number): Promise<readonly RecurringRun[]> {
    return this.of(service).get(name)?.runs.slice(0, limit) ?? []
  }

  private of(service: string): Map<string, Row> {
    const rows = this.services.get(service) ?? new Map<string, Row>()
    this.services.set(service, rows)
    return rows
  }

  private change(service: string, name: string, to: (state: RecurrenceState) => RecurrenceState): boolean {
    const row = this.of(service).get(name)
    if (row === undefined || row.retired) return false
    row.state = to(row.state)
    return true
  }

  private changeRun(id: string, to: (run: RecurringRun) => RecurringRun): void {
    for (const rows of this.services.values()) {
      for (const row of rows.values()) row.runs = row.runs.map((run) => (run.id === id ? to(run) : run))
    }
  }
}
