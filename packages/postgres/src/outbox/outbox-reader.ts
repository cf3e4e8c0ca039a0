import type { Logger, OutboxEntry, Runtime } from '@gulo/core'
import type { SqlPool } from '../sql/executor.js'
import { reasonOf } from '../sql/problems.js'
import type { Schema } from '../sql/schema.js'
import { placeOf, readRows, sequenceOf } from './entries.js'
import { Floors, type Snapshot } from './floors.js'
import { Holds } from './holds.js'
import { IllTopics } from './ill-topics.js'
import { type OutboxStatements, outboxStatements } from './outbox-statements.js'
import { Portion } from './portion.js'
import type { OutboxRow } from './row.js'
import { SlotLeases } from './slot-leases.js'

export interface OutboxReaderOptions {
  readonly leaseMs: number
  readonly maxFloorLagMs: number
  readonly sweepMs: number
  readonly runtime: () => Runtime
  readonly logger: Logger
}

type LookRow = Partial<OutboxRow> & { readonly xmin: string; readonly xmax: string }

/** Reads committed rows of the slots this relay has, in order, and removes what is published. Holds no transaction open. */
export class OutboxReader {
  private readonly statements: OutboxStatements
  private readonly leases: SlotLeases
  private readonly floors: Floors
  private readonly holds = new Holds()
  private readonly ill = new IllTopics()
  /** How often a row was given back, for those that were. */
  private readonly attempts = new Map<string, number>()
  private readonly portion = new Portion()
  private sweptAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly pool: SqlPool,
    schema: Schema,
    private readonly options: OutboxReaderOptions,
  ) {
    this.statements = outboxStatements(schema)
    this.leases = new SlotLeases(schema, options)
    this.floors = new Floors(options.maxFloorLagMs)
  }

  async claim(limit: number, without: readonly string[]): Promise<readonly OutboxEntry[]> {
    const taken = await this.leases.keep(this.pool, (slot) => this.holds.has(slot))
    for (const slot of taken) this.floors.lower(slot)
    this.sweep()
    this.leaveOut(without)
    const claimed = await this.look(limit)
    if (claimed.length < limit) claimed.push(...(await this.probe(limit - claimed.length, without)))
    return claimed
  }

  async settle(entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return
    const places = entries.map(placeOf)
    await this.pool.query(this.statements.remove, [
      places.map(({ slot }) => slot),
      places.map(({ seq }) => String(seq)),
    ])
    for (const entry of entries) this.attempts.delete(entry.sequence)
    this.letGo(entries, true)
  }

  giveBack(entries: readonly OutboxEntry[]): void {
    const slots = this.leases.owned()
    for (const { sequence, envelope } of entries) {
      const { slot, seq } = placeOf({ sequence })
      this.attempts.set(sequence, (this.attempts.get(sequence) ?? 0) + 1)
      this.ill.leftOut(envelope.topic, slots, (each) => this.floors.of(each))
      this.ill.failed(envelope.topic, slot, seq)
      this.floors.lower(slot, seq - 1n)
    }
    this.letGo(entries, false)
  }

  async park(entries: readonly OutboxEntry[], error: object): Promise<void> {
    if (entries.length === 0) return
    const places = entries.map(placeOf)
    const attempts = Math.max(...entries.map((entry) => entry.attempts)) + 1
    const values = [
      places.map(({ slot }) => slot),
      places.map(({ seq }) => String(seq)),
      attempts,
      JSON.stringify(error),
    ]
    await this.pool.query(this.statements.park, values)
    for (const entry of entries) this.attempts.delete(entry.sequence)
    this.letGo(entries, true)
  }

  async release(): Promise<void> {
    await this.leases.release(this.pool)
  }

  /** From time to time everything is looked at from the start: what a floor has passed wrongly is found then. */
  private sweep(): void {
    const { runtime, sweepMs } = this.options
    const now = runtime().clock.monotonic()
    if (now - this.sweptAt < sweepMs) return
    this.sweptAt = now
    for (const slot of this.leases.owned()) this.floors.lower(slot)
  }

  /** Looks leave these topics out from now on, and what is on its way of them holds up no other row of its slot. */
  private leaveOut(topics: readonly string[]): void {
    const slots = this.leases.owned()
    for (const topic of topics) this.ill.leftOut(topic, slots, (slot) => this.floors.of(slot))
    for (const { slot, entry } of topics.length > 0 ? this.holds.of(topics) : []) {
      this.ill.trying(entry.envelope.topic, entry.sequence)
      this.holds.letGo(slot, entry.sequence, false)
    }
  }

  private async look(limit: number): Promise<OutboxEntry[]> {
    const slots = this.leases.owned().filter((slot) => !this.holds.has(slot))
    if (slots.length === 0) return []
    const perSlot = this.portion.of(limit, slots.length)
    for (const slot of slots) this.holds.reserve(slot)
    try {
      const floors = slots.map((slot) => String(this.floors.of(slot)))
      const { rows } = await this.pool.query<LookRow>(this.statements.look, [slots, floors, this.ill.names, perSlot])
      this.portion.learn(rows, limit, perSlot)
      return await this.take(slots, rows, limit)
    } finally {
      for (const slot of slots) this.holds.free(slot)
    }
  }

  private async take(slots: readonly number[], rows: readonly LookRow[], limit: number): Promise<OutboxEntry[]> {
    const snapshot: Snapshot = { xmin: BigInt(rows[0]?.xmin ?? 0), xmax: BigInt(rows[0]?.xmax ?? 0) }
    const bySlot = new Map<number, OutboxRow[]>(slots.map((slot) => [slot, []]))
    for (const row of rows)
      if (row.seq !== undefined && row.seq !== null) bySlot.get(row.slot as number)?.push(row as OutboxRow)
    const claimed: OutboxEntry[] = []
    const now = this.options.runtime().clock.monotonic()
    for (const [slot, found] of bySlot) {
      const first = found[0]
      const early = this.floors.seen(slot, first && BigInt(first.seq), snapshot, now)
      if (early) this.options.logger.warn('postgres: a transaction stays open so long that the outbox is read past it')
      const entries = await this.entriesOf(found.slice(0, limit - claimed.length))
      this.holds.hold(slot, entries, snapshot)
      claimed.push(...entries)
    }
    return claimed
  }

  private async probe(limit: number, without: readonly string[]): Promise<OutboxEntry[]> {
    const topics = this.ill.untried.filter((topic) => !without.includes(topic))
    const slots = this.leases.owned()
    if (topics.length === 0 || slots.length === 0) return []
    // Marked at once, so that no second caller tries them too.
    for (const topic of topics) this.ill.trying(topic, RESERVED)
    try {
      const floors = slots.map((slot) => String(this.ill.floorOf(slot, topics)))
      const perSlot = this.portion.of(limit, slots.length)
      const { rows } = await this.pool.query<OutboxRow>(this.statements.probe, [slots, floors, topics, perSlot])
      const entries = (await this.entriesOf(rows.filter((row) => !this.holds.holds(row.slot, sequenceOf(row))))).slice(
        0,
        limit,
      )
      for (const { sequence, envelope } of entries) this.ill.trying(envelope.topic, sequence)
      return entries
    } finally {
      for (const topic of topics) this.recover(topic, RESERVED)
    }
  }

  /** Rows as entries; a row that cannot be read is parked by itself. */
  private async entriesOf(rows: readonly OutboxRow[]): Promise<readonly OutboxEntry[]> {
    const { entries, unreadable } = readRows(rows, this.attempts)
    for (const { entry, error } of unreadable) {
      this.options.logger.error('postgres: a row of the outbox cannot be read and is parked', error)
      await this.park([entry], { message: reasonOf(error) })
    }
    return entries
  }

  private letGo(entries: readonly OutboxEntry[], gone: boolean): void {
    const now = this.options.runtime().clock.monotonic()
    for (const { sequence, envelope } of entries) {
      const { slot } = placeOf({ sequence })
      const done = this.holds.letGo(slot, sequence, gone)
      if (done !== undefined) this.floors.done(slot, done.seq, done.snapshot, now)
      this.recover(envelope.topic, sequence)
    }
  }

  private recover(topic: string, sequence: string): void {
    const floors = this.ill.tried(topic, sequence)
    if (floors !== undefined) for (const [slot, floor] of floors) this.floors.lower(slot, floor)
  }
}

const RESERVED = 'reserved'
