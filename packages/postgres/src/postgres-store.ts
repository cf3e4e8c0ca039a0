import {
  type AttemptLog,
  type BatchAttemptLog,
  type BatchInbox,
  type CommitSignal,
  type ComponentHealth,
  createRuntime,
  type DeadLetterAbilities,
  type DeadLetters,
  type HealthReporter,
  type HeldKeyQueue,
  type HeldKeys,
  type IdempotencyKeyStore,
  type Inbox,
  type InboxRetention,
  type Outbox,
  type OutboxGauge,
  type PositionStore,
  type Recurrences,
  type RecurringRuns,
  type Runtime,
  type RuntimeUser,
  type Schedule,
  type StopOptions,
  type Store,
  type Timer,
  type ToolBox,
  type ToolCommand,
  type TransactionalKeys,
} from '@gulo/core'
import { Capturing } from './cdc/capturing.js'
import { CdcHealth } from './cdc/cdc-health.js'
import { storeCommands } from './commands/store-commands.js'
import type { RelayMode } from './config/options.js'
import type { PostgresSettings } from './config/settings.js'
import { PostgresDeadLetters } from './dead-letters/postgres-dead-letters.js'
import { PostgresHeldKeys } from './dead-letters/postgres-held-keys.js'
import { Consumers } from './inbox/consumers.js'
import { PostgresAttemptLog } from './inbox/postgres-attempt-log.js'
import { PostgresIdempotencyKeys } from './inbox/postgres-idempotency-keys.js'
import { PostgresInbox } from './inbox/postgres-inbox.js'
import { PostgresPositions } from './inbox/postgres-positions.js'
import { checkSchema, migrateSchema } from './migrations/migrate.js'
import { checkRights } from './migrations/rights.js'
import type { OutboxTransactions } from './outbox/outbox-transactions.js'
import { PostgresOutbox } from './outbox/postgres-outbox.js'
import { PostgresRecurrences } from './scheduling/postgres-recurrences.js'
import { PostgresSchedule } from './scheduling/postgres-schedule.js'
import { startFault } from './sql/connection-fault.js'
import type { SqlExecutor, SqlPool } from './sql/executor.js'
import { pgPool } from './sql/pg.js'
import { reasonOf } from './sql/problems.js'
import { Schema } from './sql/schema.js'
import { PgTransactions } from './unit-of-work/pg-transactions.js'
import { PostgresUnitOfWork, type Transactions } from './unit-of-work/postgres-unit-of-work.js'

const CLEAN_MS = 60_000
const RELAYED_BY: Readonly<Record<RelayMode, string | undefined>> = {
  polling: undefined,
  separate: 'relays in processes of their own',
  cdc: 'change data capture',
}

interface Cleaned {
  clean(executor: SqlExecutor): Promise<number>
}

/** Everything a service keeps, in one PostgreSQL database: what a handler did and what it raised commit together. */
export class PostgresStore implements Store, RuntimeUser, HealthReporter, ToolBox {
  readonly durable = true
  readonly unitOfWork: Transactions
  readonly outbox: Outbox & OutboxTransactions & CommitSignal & OutboxGauge
  readonly inbox: Inbox & BatchInbox & InboxRetention
  readonly attempts: AttemptLog & BatchAttemptLog
  readonly deadLetters: DeadLetters & DeadLetterAbilities
  readonly heldKeys: HeldKeys & HeldKeyQueue
  readonly schedule: Schedule
  readonly recurrences: Recurrences & RecurringRuns
  readonly idempotencyKeys: IdempotencyKeyStore & TransactionalKeys
  readonly positions: PositionStore
  /** The name of the schema that holds the tables. */
  readonly schema: string
  /** Who sends what the outbox holds where the services have no relays. */
  readonly relayedBy?: string
  /** What it adds to the command line `gulo`. */
  readonly commands: readonly ToolCommand[]
  private readonly cdc: CdcHealth | undefined
  private readonly pool: SqlPool
  private readonly kept: {
    readonly outbox: PostgresOutbox
    readonly schedule: PostgresSchedule
    readonly cleaned: readonly Cleaned[]
  }
  private runtime: Runtime
  private cleaning: Timer | undefined
  /** An idle connection has broken: the pool opens another one when it is wanted. */
  private readonly lost = (error: Error): void => {
    this.settings.logger.warn(`postgres: an idle connection was lost: ${reasonOf(error)}`)
  }

  constructor(
    private readonly settings: PostgresSettings,
    private readonly ownRuntime: Runtime | undefined,
  ) {
    const pool = pgPool(settings.pool, settings.preparedStatements)
    const schema = new Schema(settings.schema)
    this.schema = settings.schema
    const consumers = new Consumers(pool, schema)
    this.runtime = ownRuntime ?? createRuntime()
    const options = { ...settings, runtime: () => this.runtime }
    this.pool = pool
    const unitOfWork = new PostgresUnitOfWork(settings.transactions ?? new PgTransactions(pool), options)
    const captured = settings.relay === 'cdc'
    const writer = captured ? new Capturing(schema, settings.cdc) : undefined
    const outbox = new PostgresOutbox(pool, schema, { ...options, writer })
    const inbox = new PostgresInbox(unitOfWork, consumers, schema, settings.inboxRetentionMs)
    const idempotencyKeys = new PostgresIdempotencyKeys(pool, schema)
    this.unitOfWork = unitOfWork
    this.outbox = outbox
    this.inbox = inbox
    this.attempts = new PostgresAttemptLog(pool, consumers, schema)
    this.deadLetters = new PostgresDeadLetters(pool, schema)
    this.heldKeys = new PostgresHeldKeys(pool, unitOfWork, schema)
    const schedule = new PostgresSchedule(pool, schema, options)
    this.schedule = schedule
    this.recurrences = new PostgresRecurrences(pool, schema)
    this.idempotencyKeys = idempotencyKeys
    this.positions = new PostgresPositions(pool, schema)
    this.cdc = captured ? new CdcHealth(pool, schema, settings.cdc) : undefined
    const relayedBy = RELAYED_BY[settings.relay]
    if (relayedBy !== undefined) this.relayedBy = relayedBy
    this.commands = storeCommands(pool, settings)
    this.kept = { outbox, schedule, cleaned: [inbox, idempotencyKeys] }
  }

  useRuntime(runtime: Runtime): void {
    if (this.ownRuntime === undefined) this.runtime = runtime
  }

  /**
   * @throws POSTGRES_UNREACHABLE, POSTGRES_LOGIN_REFUSED, POSTGRES_READ_ONLY, POSTGRES_FORBIDDEN, POSTGRES_SCHEMA_MISSING,
   * POSTGRES_SCHEMA_OLDER, POSTGRES_SCHEMA_NEWER, POSTGRES_MIGRATION_FAILED, POSTGRES_CDC_NOT_READY
   */
  async start(): Promise<void> {
    const { schema, migrate } = this.settings
    try {
      if (migrate) await migrateSchema(this.pool, schema)
      else await checkSchema(this.pool, schema)
      await checkRights(this.pool, schema)
      await this.cdc?.check()
    } catch (error) {
      throw startFault(error, schema)
    }
    this.settings.pool.on?.('error', this.lost)
    this.cleanLater()
  }

  /** How far change data capture is; without it, whether the database answers. */
  async health(): Promise<ComponentHealth> {
    if (this.cdc !== undefined) return this.cdc.health()
    await this.pool.query('select 1')
    return { status: 'up' }
  }

  async stop(_?: StopOptions): Promise<void> {
    this.cleaning?.cancel()
    this.settings.pool.off?.('error', this.lost)
    this.kept.schedule.rest()
    await this.kept.outbox.release().catch(() => undefined)
  }

  /** Forgets what is older than it need be remembered. Done once a minute while the service runs. */
  async clean(): Promise<void> {
    for (const each of this.kept.cleaned) await each.clean(this.pool)
  }

  private cleanLater(): void {
    this.cleaning = this.runtime.clock.after(
      CLEAN_MS,
      () => {
        this.clean().then(
          () => this.cleanLater(),
          (error: unknown) => {
            this.settings.logger.warn(`postgres: the inbox could not be cleaned: ${reasonOf(error)}`)
            this.cleanLater()
          },
        )
      },
      { background: true },
    )
  }
}
