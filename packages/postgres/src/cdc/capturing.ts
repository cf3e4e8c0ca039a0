import { cloudEventsBinary, type Envelope } from '@gulo/core'
import { postgresFault } from '../faults.js'
import { OutboxWriter } from '../outbox/outbox-writer.js'
import { toValues } from '../outbox/row.js'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import type { CdcSettings } from './cdc-options.js'
import { HEADERS } from './connector.js'

/**
 * Writes events for change data capture: inserted and deleted in the same transaction, the log of the database has them and
 * the table stays empty.
 */
export class Capturing {
  private readonly writer: OutboxWriter
  private readonly remove: Statement
  private readonly slot: string
  private readonly known: ReadonlySet<string>

  constructor(schema: Schema, { slot, headers }: CdcSettings) {
    this.slot = slot
    this.known = new Set([...HEADERS.map(([, header]) => header), ...headers.map(({ header }) => header)])
    this.writer = new OutboxWriter(schema, 'slot, seq::text as seq')
    // Without a slot that has begun nobody reads the log. What stays in the table is found by the connector's first look.
    this.remove = schema.statement(
      'outbox_captured',
      `delete from {outbox} o using unnest($1::smallint[], $2::bigint[]) q(slot, seq)
       where o.slot = q.slot and o.seq = q.seq and exists (
         select from pg_replication_slots s where s.slot_name = $3::text and s.database = current_database()
           and s.confirmed_flush_lsn is not null and s.wal_status <> 'lost')`,
    )
  }

  /**
   * The values of a new row. What the connector would send otherwise than a relay is refused here, where the transaction
   * can still fail. @throws POSTGRES_CDC_HEADER_UNKNOWN, and what the codec throws
   */
  toValues(envelope: Envelope): readonly unknown[] {
    const { headers } = cloudEventsBinary.encode(envelope, { prefix: 'ce_' })
    const unknown = Object.keys(headers).filter((name) => !this.known.has(name))
    if (unknown.length > 0)
      throw postgresFault('POSTGRES_CDC_HEADER_UNKNOWN', { type: envelope.type, headers: unknown })
    return toValues(envelope)
  }

  async insert(executor: SqlExecutor, rows: readonly (readonly unknown[])[]): Promise<void> {
    const written = await this.writer.insert(executor, rows)
    if (written.length === 0) return
    await executor.query(this.remove, [written.map(({ slot }) => slot), written.map(({ seq }) => seq), this.slot])
  }
}
