import type {
  DeclaredRecurrence,
  Firing,
  Recurrences,
  RecurrencesFound,
  RecurringRun,
  RecurringRuns,
  RunError,
} from '@gulo/core'
import { toJsonWithBytes } from '../sql/bytes-as-json.js'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import { type RecurrenceStatements, recurrenceStatements } from './recurrence-statements.js'

interface StateRow {
  readonly now_ms: number
  /** Null in the one row of a service without schedules. */
  readonly name: string | null
  readonly words: string
  readonly paused: boolean
  readonly next_ms: number | null
}

interface RunRow {
  readonly id: string
  readonly cause: RecurringRun['cause']
  readonly attempts: number
  readonly outcome: RecurringRun['outcome']
  readonly error: string | null
  readonly occurrence_ms: number
  readonly fired_ms: number
  readonly started_ms: number | null
  readonly finished_ms: number | null
}

/** Recurring schedules in two tables, by the clock of the database. */
export class PostgresRecurrences implements Recurrences, RecurringRuns {
  private readonly statements: RecurrenceStatements

  constructor(
    private readonly executor: SqlExecutor,
    schema: Schema,
  ) {
    this.statements = recurrenceStatements(schema)
  }

  async declare(service: string, schedules: readonly DeclaredRecurrence[]): Promise<void> {
    const [names, words] = [schedules.map((each) => each.name), schedules.map((each) => each.words)]
    await this.executor.query(this.statements.declare, [
      service,
      names,
      words,
      schedules.map(({ nextMs }) => nextMs ?? null),
    ])
  }

  async find(service: string): Promise<RecurrencesFound> {
    const { rows } = await this.executor.query<StateRow>(this.statements.find, [service])
    const schedules = rows.flatMap(({ name, words, paused, next_ms }) =>
      name === null ? [] : [{ name, words, paused, nextMs: next_ms ?? undefined }],
    )
    return { nowMs: rows[0]?.now_ms ?? Number.NaN, schedules }
  }

  async fire(service: string, name: string, { runs, keep, step }: Firing): Promise<boolean> {
    const items = runs.flatMap(({ item }) => (item === undefined ? [] : [item]))
    const values = [
      service,
      name,
      runs.map(({ id }) => id),
      runs.map(({ occurrenceMs }) => occurrenceMs),
      runs.map(({ cause }) => cause),
      runs.map(({ error }) => (error === undefined ? null : JSON.stringify(error))),
      items.map(({ id }) => id),
      items.map(({ work }) => toJsonWithBytes(work)),
      items.map(({ dueAtMs }) => dueAtMs),
      keep,
    ]
    if (step === undefined) return this.some(this.statements.run, values)
    return this.some(this.statements.step, [...values, step.words, step.fromMs, step.toMs ?? null])
  }

  pause(service: string, name: string): Promise<boolean> {
    return this.some(this.statements.pause, [service, name])
  }

  resume(service: string, name: string, nextMs: number | undefined): Promise<boolean> {
    return this.some(this.statements.resume, [service, name, nextMs ?? null])
  }

  async beginRun(id: string): Promise<void> {
    await this.executor.query(this.statements.begin, [id])
  }

  async endRun(id: string, error?: RunError): Promise<void> {
    await this.executor.query(this.statements.end, [id, error === undefined ? null : JSON.stringify(error)])
  }

  async findRuns(service: string, name: string, limit: number): Promise<readonly RecurringRun[]> {
    const { rows } = await this.executor.query<RunRow>(this.statements.runs, [service, name, limit])
    return rows.map(toRun)
  }

  private async some(statement: Statement, values: readonly unknown[]): Promise<boolean> {
    const { rowCount } = await this.executor.query(statement, values)
    return rowCount > 0
  }
}

function toRun({ occurrence_ms, fired_ms, started_ms, finished_ms, error, ...run }: RunRow): RecurringRun {
  return {
    ...run,
    occurrenceMs: occurrence_ms,
    firedMs: fired_ms,
    startedMs: started_ms ?? undefined,
    finishedMs: finished_ms ?? undefined,
    error: error === null ? undefined : (JSON.parse(error) as RunError),
  }
}
