import type { Runtime } from '@gulo/core'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import { SLOTS } from './slots.js'

export interface SlotLeasesOptions {
  /** How long a slot belongs to a relay that is not heard of, in milliseconds. */
  readonly leaseMs: number
  readonly runtime: () => Runtime
}

interface Lease {
  readonly epoch: string
  /** On the monotonic clock of this process. */
  endsAt: number
}

/**
 * Shares the slots among the relays that are alive, a fair part for each. A slot changes hands when its owner lets go of
 * it, or has not renewed its lease in time; times are those of the database, so that no clock needs to be right.
 */
export class SlotLeases {
  private readonly node: string
  private readonly leases = new Map<number, Lease>()
  private readonly statements: ReturnType<typeof statementsOf>
  private nextAt = Number.NEGATIVE_INFINITY
  private readonly runtime: () => Runtime
  private readonly leaseMs: number

  constructor(schema: Schema, { leaseMs, runtime }: SlotLeasesOptions) {
    this.statements = statementsOf(schema)
    this.runtime = runtime
    this.leaseMs = leaseMs
    this.node = runtime().newId()
  }

  /** The slots that are ours for a while yet. */
  owned(): readonly number[] {
    // A margin, because work that begins now takes its time.
    const now = this.runtime().clock.monotonic() + this.leaseMs / 4
    return [...this.leases].filter(([, { endsAt }]) => endsAt > now).map(([slot]) => slot)
  }

  /** Renews, takes and lets go of slots when that is due; `busy` slots are kept. Answers the slots that are new here. */
  async keep(executor: SqlExecutor, busy: (slot: number) => boolean): Promise<readonly number[]> {
    const { clock } = this.runtime()
    if (clock.monotonic() < this.nextAt) return []
    this.nextAt = clock.monotonic() + this.leaseMs / 5
    await this.renew(executor)
    const fair = await this.fairShare(executor)
    await this.letGo(executor, fair, busy)
    return this.take(executor, fair)
  }

  /** Gives every slot back, so that others need not wait for the leases to end. */
  async release(executor: SqlExecutor): Promise<void> {
    this.leases.clear()
    this.nextAt = Number.NEGATIVE_INFINITY
    await executor.query(this.statements.leave, [this.node])
    await executor.query(this.statements.forget, [this.node])
  }

  private async renew(executor: SqlExecutor): Promise<void> {
    const askedAt = this.runtime().clock.monotonic()
    const slots = [...this.leases.keys()]
    const epochs = [...this.leases.values()].map(({ epoch }) => epoch)
    await executor.query(this.statements.appear, [this.node])
    if (slots.length === 0) return
    const { rows } = await executor.query<{ slot: number }>(this.statements.renew, [
      this.node,
      this.leaseMs,
      slots,
      epochs,
    ])
    const kept = new Set(rows.map(({ slot }) => slot))
    for (const [slot, lease] of this.leases) {
      if (kept.has(slot)) lease.endsAt = askedAt + this.leaseMs
      else this.leases.delete(slot)
    }
  }

  private async fairShare(executor: SqlExecutor): Promise<number> {
    const { rows } = await executor.query<{ nodes: number }>(this.statements.countNodes, [this.leaseMs])
    return Math.ceil(SLOTS / Math.max(1, rows[0]?.nodes ?? 1))
  }

  private async letGo(executor: SqlExecutor, fair: number, busy: (slot: number) => boolean): Promise<void> {
    const surplus = [...this.leases.keys()].filter((slot) => !busy(slot)).slice(0, Math.max(0, this.leases.size - fair))
    if (surplus.length === 0) return
    for (const slot of surplus) this.leases.delete(slot)
    await executor.query(this.statements.letGo, [this.node, surplus])
  }

  private async take(executor: SqlExecutor, fair: number): Promise<readonly number[]> {
    const wanted = fair - this.leases.size
    if (wanted <= 0) return []
    const askedAt = this.runtime().clock.monotonic()
    const { rows } = await executor.query<{ slot: number; epoch: string }>(this.statements.take, [
      this.node,
      this.leaseMs,
      wanted,
    ])
    for (const { slot, epoch } of rows) this.leases.set(slot, { epoch, endsAt: askedAt + this.leaseMs })
    return rows.map(({ slot }) => slot)
  }
}

function statementsOf(schema: Schema): Readonly<Record<string, Statement>> & {
  readonly appear: Statement
  readonly renew: Statement
  readonly countNodes: Statement
  readonly letGo: Statement
  readonly take: Statement
  readonly leave: Statement
  readonly forget: Statement
} {
  const until = "clock_timestamp() + $2::double precision * interval '1 millisecond'"
  return {
    appear: schema.statement(
      'relay_appear',
      `insert into {relay_node} (node, seen_at) values ($1::uuid, clock_timestamp())
       on conflict (node) do update set seen_at = excluded.seen_at`,
    ),
    renew: schema.statement(
      'relay_renew',
      `update {relay_slot} s set lease_until = ${until}
       from unnest($3::smallint[], $4::bigint[]) q(slot, epoch)
       where s.slot = q.slot and s.epoch = q.epoch and s.owner = $1::uuid returning s.slot`,
    ),
    countNodes: schema.statement(
      'relay_count',
      `select count(*)::int as nodes from {relay_node}
       where seen_at > clock_timestamp() - $1::double precision * interval '1 millisecond'`,
    ),
    letGo: schema.statement(
      'relay_let_go',
      `update {relay_slot} set owner = null, lease_until = '-infinity'
       where owner = $1::uuid and slot = any($2::smallint[])`,
    ),
    take: schema.statement(
      'relay_take',
      `update {relay_slot} set owner = $1::uuid, epoch = epoch + 1, lease_until = ${until}
       where slot in (select slot from {relay_slot} where lease_until < clock_timestamp()
                      order by slot limit $3::int for update skip locked)
       returning slot, epoch::text as epoch`,
    ),
    leave: schema.statement(
      'relay_leave',
      `update {relay_slot} set owner = null, lease_until = '-infinity' where owner = $1::uuid`,
    ),
    forget: schema.statement('relay_forget', 'delete from {relay_node} where node = $1::uuid'),
  }
}
