import { type MemoryTransaction, memoryTransactionOf } from '../publishing/memory-transaction.js'
import type { Schedule, ScheduledItem, ScheduleScope } from './schedule.js'

interface Row {
  readonly item: ScheduledItem
  /** Whether a caller of `due` has it in hand. */
  taken: boolean
}

/** A schedule in memory. */
export class MemorySchedule implements Schedule {
  private readonly rows = new Map<string, Row>()
  /** What an open transaction sees of each cancel key it has touched: whether an item is pending there. */
  private readonly touched = new WeakMap<MemoryTransaction, Map<string, boolean>>()

  async at(item: ScheduledItem, scope?: ScheduleScope): Promise<void> {
    const transaction = memoryTransactionOf(scope?.transaction, 'The schedule')
    this.change(transaction, item.cancelKey, true, () => this.store({ ...item }))
  }

  async cancel(cancelKey: string, scope?: ScheduleScope): Promise<boolean> {
    const transaction = memoryTransactionOf(scope?.transaction, 'The schedule')
    const seen = transaction && this.touched.get(transaction)?.get(cancelKey)
    const pending = seen ?? [...this.rows.values()].some(({ item, taken }) => item.cancelKey === cancelKey && !taken)
    this.change(transaction, cancelKey, false, () => this.drop(cancelKey))
    return pending
  }

  async claim(nowMs: number, limit: number): Promise<readonly ScheduledItem[]> {
    const rows = [...this.rows.values()]
      .filter(({ item, taken }) => !taken && item.dueAtMs <= nowMs)
      .sort((one, other) => one.item.dueAtMs - other.item.dueAtMs)
      .slice(0, limit)
    for (const row of rows) row.taken = true
    return rows.map(({ item }) => item)
  }

  async settle(items: readonly ScheduledItem[]): Promise<void> {
    for (const item of items) if (this.inHand(item)) this.rows.delete(item.id)
  }

  async release(items: readonly ScheduledItem[]): Promise<void> {
    for (const item of items) {
      const row = this.inHand(item)
      if (row !== undefined) row.taken = false
    }
  }

  /** Takes every item from whom it was handed to, as when the process of a scheduler ends. */
  abandon(): void {
    for (const [id, row] of this.rows) this.rows.set(id, { item: { ...row.item }, taken: false })
  }

  private change(
    transaction: MemoryTransaction | undefined,
    key: string | undefined,
    pending: boolean,
    apply: () => void,
  ): void {
    if (transaction === undefined) {
      apply()
      return
    }
    transaction.write(apply)
    if (key === undefined) return
    const seen = this.touched.get(transaction) ?? new Map<string, boolean>()
    this.touched.set(transaction, seen.set(key, pending))
  }

  private store(item: ScheduledItem): void {
    if (item.cancelKey !== undefined) this.drop(item.cancelKey)
    this.rows.set(item.id, { item, taken: false })
  }

  // One in hand goes too: should it come back, it must not be done in spite of its cancellation.
  private drop(cancelKey: string): void {
    for (const [id, { item }] of this.rows) if (item.cancelKey === cancelKey) this.rows.delete(id)
  }

  // Not by id alone: the item may have been stored anew while it was in hand.
  private inHand(item: ScheduledItem): Row | undefined {
    const row = this.rows.get(item.id)
    return row?.taken && row.item === item ? row : undefined
  }
}
