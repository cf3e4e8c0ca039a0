import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'

/** How much the outbox holds. */
export interface OutboxSize {
  readonly count: number
  readonly oldestAgeMs: number | undefined
  readonly parked: number
}

/** Measures the outbox; times are those of the database. */
export class OutboxScale {
  private readonly statement: Statement

  constructor(
    private readonly executor: SqlExecutor,
    schema: Schema,
  ) {
    this.statement = schema.statement(
      'outbox_size',
      `select count(*)::int as count,
         extract(epoch from (clock_timestamp() at time zone 'utc') - min(created_at)) * 1000 as age,
         (select count(*)::int from {outbox_parked}) as parked
       from {outbox}`,
    )
  }

  async size(): Promise<OutboxSize> {
    const { rows } = await this.executor.query<{ count: number; age: string | number | null; parked: number }>(
      this.statement,
    )
    const { count = 0, age = null, parked = 0 } = rows[0] ?? {}
    return { count, oldestAgeMs: age === null ? undefined : Math.max(0, Number(age)), parked }
  }
}
