import type { Runtime, Schedule, ScheduledItem, ScheduleScope } from '@gulo/core'
import { fromJsonWithBytes, toJsonWithBytes } from '../sql/bytes-as-json.js'
import type { SqlExecutor, SqlPool } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import { transactionOf } from '../unit-of-work/postgres-transaction.js'
import { type ScheduleStatements, scheduleStatements } from './schedule-statements.js'

export interface PostgresScheduleOptions {
  /** How long items belong to a process that is not heard of, in milliseconds. */
  readonly claimMs: number
  readonly runtime: () => Runtime
}

interface Row {
  readonly id: string
  readonly due_ms: string
  readonly cancel_key: string | null
  readonly attempts: number
  readonly work: string
}

/** The schedule in a table. What is due is claimed for a while, so that no transaction stays open while it is done. */
export class PostgresSchedule implements Schedule {
  private readonly statements: ScheduleStatements

  constructor(
    private readonly pool: SqlPool,
    schema: Schema,
    private readonly options: PostgresScheduleOptions,
  ) {
    this.statements = scheduleStatements(schema)
  }

  async at(item: ScheduledItem, scope?: ScheduleScope): Promise<void> {
    const executor: SqlExecutor = transactionOf(scope?.transaction, 'The schedule') ?? this.pool
    const { id, dueAtMs, cancelKey, attempts = 0, work } = item
    const values = [id, dueAtMs, cancelKey ?? null, attempts, toJsonWithBytes(work)]
    await executor.query(cancelKey === undefined ? this.statements.add : this.statements.replace, values)
  }

  async cancel(cancelKey: string, scope?: ScheduleScope): Promise<boolean> {
    const executor: SqlExecutor = transactionOf(scope?.transaction, 'The schedule') ?? this.pool
    const { rows } = await executor.query<{ pending: boolean }>(this.statements.cancel, [cancelKey])
    return rows.some(({ pending }) => pending)
  }

  async due(nowMs: number, limit: number, take: (items: readonly ScheduledItem[]) => Promise<void>): Promise<number> {
    const { claimMs, runtime } = this.options
    const claim = runtime().newId()
    const { rows } = await this.pool.query<Row>(this.statements.claim, [claim, claimMs, nowMs, limit])
    if (rows.length === 0) return 0
    const items = rows.map(toItem).sort((one, other) => one.dueAtMs - other.dueAtMs)
    const renewing = this.renew(claim)
    try {
      await take(items)
    } catch (error) {
      await this.pool.query(this.statements.release, [claim])
      throw error
    } finally {
      renewing.cancel()
    }
    await this.pool.query(this.statements.forget, [claim])
    return items.length
  }

  /** Keeps the claim for as long as the work takes. */
  private renew(claim: string): { cancel(): void } {
    const { claimMs, runtime } = this.options
    const { clock } = runtime()
    let over = false
    const again = () => {
      if (over) return
      this.pool.query(this.statements.renew, [claim, claimMs]).catch(() => undefined)
      timer = clock.after(claimMs / 3, again, { background: true })
    }
    let timer = clock.after(claimMs / 3, again, { background: true })
    return {
      cancel: () => {
        over = true
        timer.cancel()
      },
    }
  }
}

function toItem({ id, due_ms, cancel_key, attempts, work }: Row): ScheduledItem {
  return {
    id,
    dueAtMs: Number(due_ms),
    ...(cancel_key === null ? {} : { cancelKey: cancel_key }),
    ...(attempts === 0 ? {} : { attempts }),
    work: fromJsonWithBytes(work) as ScheduledItem['work'],
  }
}
