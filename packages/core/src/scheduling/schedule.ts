import type { Redelivery } from '../consuming/redelivery.js'
import type { Envelope } from '../message/envelope.js'

/** Keeps messages until they are due. */
export interface Schedule {
  /** Stores `item` in `transaction` where one is open; an item of the same cancel key replaces the pending one. */
  at(item: ScheduledItem, scope?: ScheduleScope): Promise<void>
  /** Drops the pending item of this key; answers whether there was one. */
  cancel(cancelKey: string, scope?: ScheduleScope): Promise<boolean>
  /**
   * Hands out at most `limit` committed items that are due at `nowMs`, oldest first. Each is in one hand at a time: it
   * stays there until it is settled or released, or the process that has it ends.
   */
  claim(nowMs: number, limit: number): Promise<readonly ScheduledItem[]>
  /** Forgets claimed items that are done; not those that were put off or replaced meanwhile. */
  settle(items: readonly ScheduledItem[]): Promise<void>
  /** Gives claimed items back, to be claimed by anybody. */
  release(items: readonly ScheduledItem[]): Promise<void>
}

export interface ScheduleScope {
  /** The open transaction of the unit of work. */
  readonly transaction?: unknown
}

export interface ScheduledItem {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly dueAtMs: number
  readonly cancelKey?: string | undefined
  /** How often it was due and failed. @default 0 */
  readonly attempts?: number | undefined
  readonly work: ScheduledWork
}

/** What to do when it is due; `run` is the recurring schedule whose run it is. */
export type ScheduledWork =
  | { readonly kind: 'publish'; readonly envelope: Envelope; readonly run?: string | undefined }
  | { readonly kind: 'send'; readonly envelope: Envelope; readonly run?: string | undefined }
  | { readonly kind: 'redeliver'; readonly redelivery: Redelivery }
