import type { OutboxRow } from './row.js'

const FIRST = 64

/**
 * How many rows to read of each slot, so that all of them together come near the limit: few where every slot is full,
 * many where one key has all the work.
 */
export class Portion {
  private size = FIRST

  of(limit: number, slots: number): number {
    return Math.min(limit, Math.max(this.size, Math.ceil(limit / slots)))
  }

  /** Adjusts to what a look gave. */
  learn(rows: readonly Partial<Pick<OutboxRow, 'slot' | 'seq'>>[], limit: number, portion: number): void {
    if (rows.length > limit) this.size = Math.max(1, this.size >> 1)
    else if (isCut(rows, portion)) this.size = Math.min(this.size * 2, 1 << 16)
  }
}

function isCut(rows: readonly Partial<Pick<OutboxRow, 'slot' | 'seq'>>[], portion: number): boolean {
  const counts = new Map<number, number>()
  for (const { slot, seq } of rows) {
    if (slot === undefined || seq === undefined || seq === null) continue
    const count = (counts.get(slot) ?? 0) + 1
    if (count >= portion) return true
    counts.set(slot, count)
  }
  return false
}
