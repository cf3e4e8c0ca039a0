import { createRuntime, type Publisher, Relay } from '@gulo/core'
import { migrate, type PostgresStore, postgres } from '@gulo/postgres'
import pg from 'pg'
import { quiet } from '../brokers/quiet.js'
import type { Scope } from '../suite.js'
import { DatabaseCpu } from './database-cpu.js'

/** The payload of all database benchmarks has about as many bytes. */
export const PAYLOAD_BYTES = 600
/** As many callers at once, each with a connection. */
export const CALLERS = 16
const KEYS = 1000
const SLOTS = 16

/** A schema with our tables and one of an application, gone when the scope closes. */
export class DatabaseScene {
  private constructor(
    readonly pool: pg.Pool,
    readonly store: PostgresStore,
    readonly schema: string,
  ) {}

  static async open(scope: Scope): Promise<DatabaseScene> {
    const schema = `gulo_bench_${createRuntime().newId().replaceAll('-', '').slice(-12)}`
    const cpu = new DatabaseCpu()
    const pool = new pg.Pool({ connectionString: scope.service, max: CALLERS })
    pool.on('connect', (client) => cpu.add((client as unknown as { processID: number }).processID))
    scope.defer(() => pool.end())
    scope.defer(() => pool.query(`drop schema ${schema} cascade`))
    await migrate(pool, { schema })
    await pool.query(`create table ${schema}.business (id bigint generated always as identity primary key, data bytea)`)
    const store = postgres({ pool, schema, logger: quiet })
    await store.start()
    scope.defer(() => store.stop())
    const fault = cpu.fault()
    if (fault === undefined) scope.countCpu(() => cpu.read())
    else for (const name of CPU_CASES) scope.skip(name, `no CPU time of PostgreSQL: ${fault}`)
    return new DatabaseScene(pool, store, schema)
  }

  /** Inserts what the application itself would. */
  get insertBusiness() {
    return { name: `${this.schema}_business`, text: `insert into ${this.schema}.business (data) values ($1::bytea)` }
  }

  async empty(): Promise<void> {
    await this.pool.query(`truncate ${this.schema}.business, ${this.schema}.outbox`)
  }

  /** Puts `count` rows into the outbox as fast as the server can make them; the key of a row decides its slot. */
  async fill(count: number): Promise<void> {
    await this.pool.query(
      `insert into ${this.schema}.outbox
         (slot, id, aggregatetype, aggregateid, type, payload, source, occurred_at, content_type, subject)
       select (n % ${KEYS}) % ${SLOTS}, gen_random_uuid(), 'benchmarks', 'order-' || n % ${KEYS}, 'benchmarks.order.placed.v1',
         convert_to('{"filler":"' || repeat('x', ${PAYLOAD_BYTES - 40}) || '","number":' || n || '}', 'UTF8'),
         'benchmarks', '2026-01-31T12:00:00.000Z', 'application/json', 'order-' || n % ${KEYS}
       from generate_series(1, $1::int) n`,
      [count],
    )
    await this.pool.query(`analyze ${this.schema}.outbox`)
  }

  /** Relays until `count` messages have gone to a publisher that does nothing; `first` is called with the first of them. */
  async relay(count: number, first: () => void): Promise<void> {
    let left = count
    let done: () => void = () => undefined
    const all = new Promise<void>((resolve) => {
      done = resolve
    })
    const publisher: Publisher = {
      async publish(envelopes) {
        if (left === count) first()
        left -= envelopes.length
        if (left <= 0) done()
      },
    }
    const relay = new Relay({ outbox: this.store.outbox, publisher, logger: quiet })
    relay.start()
    await all
    await relay.stop()
  }
}

/** Cases that need the CPU time of the server. */
export const CPU_CASES = ['business insert + outbox, CPU', 'relay without a broker, CPU'] as const
