import type { Logger, Runtime, Schedule, ScheduledItem, ScheduleScope, Timer } from '@gulo/core'
import { fromJsonWithBytes, toJsonWithBytes } from '../sql/bytes-as-json.js'
import type { SqlExecutor, SqlPool, Statement } from '../sql/executor.js'
import { reasonOf } from '../sql/problems.js'
import type { Schema } from '../sql/schema.js'
import { transactionOf } from '../unit-of-work/postgres-transaction.js'
import { type ScheduleStatements, scheduleStatements } from './schedule-statements.js'

export interface PostgresScheduleOptions {
  /** How long items belong to a process that is not heard of, in milliseconds. */
  readonly claimMs: number
  readonly runtime: () => Runtime
  readonly logger: Logger
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
  /** What is in hand, and under which claim. */
  private readonly claims = new Map<ScheduledItem, string>()
  private renewing: Timer | undefined

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

  async claim(nowMs: number, limit: number): Promise<readonly ScheduledItem[]> {
    const { claimMs, runtime } = this.options
    const claim = runtime().newId()
    const { rows } = await this.pool.query<Row>(this.statements.claim, [claim, claimMs, nowMs, limit])
    const items = rows.map(toItem).sort(byDueTime)
    for (const item of items) this.claims.set(item, claim)
    this.renewLater()
    return items
  }

  async settle(items: readonly ScheduledItem[]): Promise<void> {
    await this.drop(this.statements.settle, items)
  }

  async release(items: readonly ScheduledItem[]): Promise<void> {
    await this.drop(this.statements.release, items)
  }

  /** Keeps no claim any longer: what is in hand is anybody's once its claim has run out. */
  rest(): void {
    this.claims.clear()
    this.renewing?.cancel()
    this.renewing = undefined
  }

  private async drop(statement: Statement, items: readonly ScheduledItem[]): Promise<void> {
    const held = items.filter((item) => this.claims.has(item))
    if (held.length === 0) return
    await this.pool.query(statement, [held.map(({ id }) => id), held.map((item) => this.claims.get(item))])
    for (const item of held) this.claims.delete(item)
  }

  /** Keeps the claims for as long as the work takes. */
  private renewLater(): void {
    if (this.claims.size === 0) return
    const { claimMs, runtime } = this.options
    this.renewing ??= runtime().clock.after(claimMs / 3, () => void this.renew(), { background: true })
  }

  private async renew(): Promise<void> {
    const { claimMs, logger } = this.options
    const claims = [...new Set(this.claims.values())]
    try {
      if (claims.length > 0) await this.pool.query(this.statements.renew, [claims, claimMs])
    } catch (error) {
      logger.warn(`postgres: the claims of due messages could not be renewed: ${reasonOf(error)}`)
    }
    this.renewing = undefined
    this.renewLater()
  }
}

function byDueTime(one: ScheduledItem, other: ScheduledItem): number {
  return one.dueAtMs - other.dueAtMs || (one.id < other.id ? -1 : 1)
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
