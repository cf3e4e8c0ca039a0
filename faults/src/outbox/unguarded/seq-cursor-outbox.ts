import type { Envelope, Outbox, OutboxEntry, PublishScope } from '@gulo/core'
import type pg from 'pg'
import { WRITING } from '../protocol.js'
import { COLUMNS, type Row, toEntry } from './row.js'

const LOCK = 77

/** The other usual relay: one at a time reads on from the last number it has sent, and remembers that number. */
export class SeqCursorOutbox implements Outbox {
  private claimed = 0
  private leading: pg.PoolClient | undefined

  constructor(
    private readonly writer: Outbox,
    private readonly pool: pg.Pool,
  ) {}

  publish(envelopes: readonly Envelope[], scope?: PublishScope): Promise<void> {
    return this.writer.publish(envelopes, scope)
  }

  async claim(limit: number, without: readonly string[] = []): Promise<readonly OutboxEntry[]> {
    // One batch at a time.
    if (without.length > 0) return []
    const client = await this.lead()
    if (client === undefined) return []
    const { rows } = await client.query<Row>(
      `select ${COLUMNS} from ${WRITING}.outbox where seq > (select seq from faults.passed) order by seq limit $1`,
      [limit],
    )
    this.claimed = rows.length
    return rows.map(toEntry)
  }

  async settle(entries: readonly OutboxEntry[]): Promise<void> {
    // Sent in part: all of it is sent again.
    if (entries.length < this.claimed) return
    await this.leading?.query('update faults.passed set seq = $1', [entries.at(-1)?.sequence])
  }

  async fail(): Promise<void> {}

  /** The connection that holds the lock; `undefined` while another process has it. */
  private async lead(): Promise<pg.PoolClient | undefined> {
    if (this.leading !== undefined) return this.leading
    const client = await this.pool.connect()
    const lost = () => {
      if (this.leading !== client) return
      this.leading = undefined
      client.release(true)
    }
    client.on('error', lost)
    try {
      const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [LOCK])
      if (rows[0]?.mine === true) {
        this.leading = client
        return client
      }
      client.off('error', lost)
      client.release()
      return undefined
    } catch (error) {
      client.release(true)
      throw error
    }
  }
}
