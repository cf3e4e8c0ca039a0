import type { Duration, Logger, Runtime } from '@gulo/core'
import type { CdcOptions } from '../cdc/cdc-options.js'
import type { PgPool } from '../sql/pg.js'
import type { IsolationLevel, TransactionRunner } from '../unit-of-work/transaction-runner.js'

/** Who sends what the outbox holds. */
export type RelayMode = 'polling' | 'separate' | 'cdc'

/** Where the store is and how it behaves. Everything but `pool` has a default. */
export interface PostgresOptions {
  /** A pool of `pg`; the application makes and ends it. */
  readonly pool: PgPool
  /**
   * Runs the transactions around handlers the way of another library, such as that of an ORM; `context.transaction.client`
   * is its client then. @default transactions of the pool
   */
  readonly transactions?: TransactionRunner
  /** The schema of the tables: lower-case letters, digits and underscores. @default 'gulo' */
  readonly schema?: string
  /** Whether `start` brings the tables up to date; without, it refuses a schema of another version. @default false */
  readonly migrate?: boolean
  /**
   * Who sends what the outbox holds: a relay in each service (`polling`), relays in processes of their own as `gulo relay`
   * starts them (`separate`), or Debezium, which reads the log of the database (`cdc`). @default 'polling'
   */
  readonly relay?: RelayMode
  /** Names for change data capture. @default those of the schema, and no headers of the application */
  readonly cdc?: CdcOptions
  /** Isolation of the transactions that handlers run in. @default 'read committed' */
  readonly isolation?: IsolationLevel
  /** How often a unit of work is run again after a conflict with another transaction. @default 3 */
  readonly conflictRetries?: number
  /** Whether the server may keep plans of statements by name; not through a pooler that shares connections. @default true */
  readonly preparedStatements?: boolean
  /** How long the inbox remembers; longer than any retry and replay. @default '7d' */
  readonly inboxRetention?: Duration
  /** How long a relay that is not heard of keeps its share of the outbox, in milliseconds. @default 10000 */
  readonly leaseMs?: number
  /** How long one open transaction may hold up the tidying of what relays read, in milliseconds. @default 60000 */
  readonly maxFloorLagMs?: number
  /** How often a relay looks at everything from the start, in milliseconds. @default 30000 */
  readonly sweepMs?: number
  /** How long due messages belong to a process that is not heard of, in milliseconds. @default 30000 */
  readonly claimMs?: number
  /** Time and chance. @default those of the service */
  readonly runtime?: Runtime
  /** @default warnings and errors on standard error */
  readonly logger?: Logger
}
