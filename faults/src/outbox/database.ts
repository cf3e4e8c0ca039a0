import { setTimeout as sleep } from 'node:timers/promises'
import { migrate } from '@gulo/postgres'
import pg from 'pg'
import { whenInterrupted } from '../interrupted.js'
import type { Books } from '../ledger/books.js'
import { type StartedPostgres, services } from '../services.js'
import { stepId } from './model.js'
import { HANDLING, WRITING } from './protocol.js'
import { TABLES } from './tables.js'

/** How far a run has come. */
export interface Progress {
  /** Messages that are committed. */
  readonly committed: number
  /** Effects, those that came twice included. */
  readonly effects: number
}

// Workers that are killed leave connections behind for a moment.
const SETTINGS = ['max_connections = 400', 'shared_buffers = 128MB', 'max_wal_size = 2GB']
const PAUSE_MS = 50

/** A PostgreSQL of the rig's own: what is committed there is the truth that everything else is held against. */
export class Database {
  readonly suffered = { databaseRestarts: 0, databaseCrashes: 0 }
  private latest: Progress = { committed: 0, effects: 0 }

  private constructor(
    private readonly server: StartedPostgres,
    private readonly pool: pg.Pool,
    private readonly release: () => void,
  ) {}

  static async start(): Promise<Database> {
    const { startPostgres } = await services()
    const server = await startPostgres({ settings: SETTINGS })
    const release = whenInterrupted(() => server.stop())
    const pool = new pg.Pool({ connectionString: server.address, max: 2 })
    pool.on('error', () => undefined)
    for (const schema of [WRITING, HANDLING]) await migrate(pool, { schema })
    await pool.query(TABLES)
    return new Database(server, pool, release)
  }

  get address(): string {
    return this.server.address
  }

  /** Fast: clients are thrown out, transactions rolled back. */
  restart(): Promise<void> {
    this.suffered.databaseRestarts += 1
    return this.again('SIGINT')
  }

  /** Immediate: as after a crash, everything is recovered from its log. */
  crash(): Promise<void> {
    this.suffered.databaseCrashes += 1
    return this.again('SIGQUIT')
  }

  /** The latest that is known; the database may be away. */
  async progress(): Promise<Progress> {
    try {
      const { rows } = await this.pool.query<{ committed: number; effects: number }>(
        `select (select sum(n) from faults.counter)::int as committed,
                (select case when is_called then last_value else 0 end from faults.effect_seq)::int as effects`,
      )
      this.latest = rows[0] ?? this.latest
    } catch {
      // Restarting: it is asked again soon.
    }
    return this.latest
  }

  /** How many messages have an effect. */
  async handled(): Promise<number> {
    return this.count('select count(distinct id)::int as count from faults.effect')
  }

  /** Messages that were set aside: dead letters, and rows of the outbox that could not be sent. */
  async setAside(): Promise<number> {
    return this.count(`select ((select count(*) from ${WRITING}.outbox_parked)
      + (select count(*) from ${HANDLING}.dead_letter))::int as count`)
  }

  /** Enters what is committed, and what came of it in the order it came. */
  async keep(books: Books): Promise<void> {
    const taken = await this.all<{ attempt: string; key: string; first: number; count: number }>(
      'select attempt, key, first, count from faults.taken',
    )
    for (const { attempt, key, first, count } of taken) {
      for (let index = 0; index < count; index++) {
        const item = { id: stepId(attempt, index), key, n: first + index }
        books.publish(item)
        books.acknowledge(item.id)
      }
    }
    const effects = await this.all<{ id: string; key: string; n: number }>(
      'select id, key, n from faults.effect order by seq',
    )
    for (const item of effects) books.effect(item)
  }

  async close(): Promise<void> {
    await this.pool.end()
    await this.server.stop()
    this.release()
  }

  private async again(by: NodeJS.Signals): Promise<void> {
    await this.server.stop({ keep: true, by })
    await this.server.start()
  }

  private async count(text: string): Promise<number> {
    return (await this.all<{ count: number }>(text))[0]?.count ?? 0
  }

  private async all<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
    for (let tries = 0; ; tries++) {
      try {
        return (await this.pool.query<Row>(text)).rows
      } catch (error) {
        if (tries === 100) throw error
        await sleep(PAUSE_MS)
      }
    }
  }
}
