import type { ComponentHealth } from '@gulo/core'
import { postgresFault } from '../faults.js'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import type { CdcSettings } from './cdc-options.js'

interface Setup {
  readonly level: string
  readonly published: boolean
  readonly triggered: boolean
  readonly columns: readonly string[]
}

interface Slot {
  readonly active: boolean
  readonly status: string | null
  readonly begun: boolean
  readonly behind: string | null
}

/** Looks at what change data capture needs in the database, and at how far the connector is. */
export class CdcHealth {
  private readonly setup: Statement
  private readonly state: Statement

  constructor(
    private readonly executor: SqlExecutor,
    private readonly schema: Schema,
    private readonly settings: CdcSettings,
  ) {
    this.setup = schema.statement(
      'cdc_setup',
      `select current_setting('wal_level') as level,
         exists (select from pg_publication p join pg_publication_tables t on t.pubname = p.pubname
                 where p.pubname = $1::text and p.pubinsert and t.schemaname = $2::text and t.tablename = 'outbox') as published,
         exists (select from pg_trigger where tgrelid = '{outbox}'::regclass and tgname = 'outbox_headers') as triggered,
         array(select attname::text from pg_attribute where attrelid = '{outbox}'::regclass and not attisdropped) as columns`,
    )
    this.state = schema.statement(
      'cdc_slot',
      `select active, wal_status as status, confirmed_flush_lsn is not null as begun,
         pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::text as behind
       from pg_replication_slots where slot_name = $1::text and database = current_database()`,
    )
  }

  /** @throws POSTGRES_CDC_NOT_READY */
  async check(): Promise<void> {
    const { publication, headers } = this.settings
    const { rows } = await this.executor.query<Setup>(this.setup, [publication, this.schema.name])
    const { level, published, triggered, columns = [] } = rows[0] ?? {}
    const missing = ['trace_id', ...headers.map(({ column }) => column)].filter((name) => !columns.includes(name))
    const faults = [
      ...(level === 'logical'
        ? []
        : [`wal_level is ${level}, and the server needs a restart with wal_level = logical`]),
      ...(published ? [] : [`no publication ${publication} has the inserts of the outbox`]),
      ...(triggered && missing.length === 0 ? [] : [`the outbox has no ${missing[0] ?? 'trigger outbox_headers'}`]),
    ]
    if (faults.length > 0)
      throw postgresFault('POSTGRES_CDC_NOT_READY', { schema: this.schema.name, reason: faults.join(', and ') })
  }

  async health(): Promise<ComponentHealth> {
    const { slot } = this.settings
    const { rows } = await this.executor.query<Slot>(this.state, [slot])
    const found = rows[0]
    if (found === undefined || !found.begun)
      return { status: 'degraded', detail: `no replication slot ${slot} yet: events wait in the outbox` }
    if (found.status === 'lost')
      return {
        status: 'down',
        detail: `the replication slot ${slot} has lost events: more was written than the server keeps`,
      }
    const behind = `${found.behind} bytes of log behind`
    return found.active
      ? { status: 'up', detail: `change data capture through the slot ${slot}, ${behind}` }
      : { status: 'degraded', detail: `nobody reads the slot ${slot}, ${behind}` }
  }
}
