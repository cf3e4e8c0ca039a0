import type { Envelope, Outbox, OutboxEntry, PublishScope } from '@gulo/core'
import type pg from 'pg'
import { WRITING } from '../protocol.js'
import { COLUMNS, type Row, toEntry } from './row.js'

/** The usual relay: whoever comes takes the oldest rows that nobody has locked, and keeps a transaction open meanwhile. */
export class SkipLockedOutbox implements Outbox {
  private readonly open = new Map<string, pg.PoolClient>()

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
    const client = await this.pool.connect()
    client.on('error', ignore)
    try {
      await client.query('begin')
      const { rows } = await client.query<Row>(
        `select ${COLUMNS} from ${WRITING}.outbox order by seq limit $1 for update skip locked`,
        [Math.min(limit, 50)],
      )
      if (rows.length === 0) await end(client, 'rollback')
      for (const { seq } of rows) this.open.set(seq, client)
      return rows.map(toEntry)
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  async settle(entries: readonly OutboxEntry[]): Promise<void> {
    const sequences = entries.map(({ sequence }) => sequence)
    const client = this.take(sequences)
    try {
      await client?.query(`delete from ${WRITING}.outbox where seq = any($1::bigint[])`, [sequences])
      if (client !== undefined) await end(client, 'commit')
    } catch {
      // Sent and not removed: whoever comes next sends it again.
      client?.release(true)
    }
  }

  async fail(entries: readonly OutboxEntry[]): Promise<void> {
    const client = this.take(entries.map(({ sequence }) => sequence))
    if (client !== undefined) await end(client, 'rollback').catch(() => client.release(true))
  }

  private take(sequences: readonly string[]): pg.PoolClient | undefined {
    const client = this.open.get(sequences[0] as string)
    for (const [seq, holder] of [...this.open]) if (holder === client) this.open.delete(seq)
    return client
  }
}

async function end(client: pg.PoolClient, how: 'commit' | 'rollback'): Promise<void> {
  await client.query(how)
  client.off('error', ignore)
  client.release()
}

// The next statement tells that it is broken.
function ignore(): void {}
