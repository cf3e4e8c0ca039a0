import { consoleLogger, type Logger, toMs } from '@gulo/core'
import { type CdcSettings, cdcFaults, cdcSettingsOf } from '../cdc/cdc-options.js'
import { coreFault } from '../faults.js'
import type { PgPool } from '../sql/pg.js'
import type { IsolationLevel, TransactionRunner } from '../unit-of-work/transaction-runner.js'
import type { PostgresOptions, RelayMode } from './options.js'

/** The options with every default filled in. */
export interface PostgresSettings {
  readonly pool: PgPool
  readonly transactions: TransactionRunner | undefined
  readonly schema: string
  readonly migrate: boolean
  readonly relay: RelayMode
  readonly cdc: CdcSettings
  readonly isolation: IsolationLevel
  readonly conflictRetries: number
  readonly preparedStatements: boolean
  readonly inboxRetentionMs: number
  readonly leaseMs: number
  readonly maxFloorLagMs: number
  readonly sweepMs: number
  readonly claimMs: number
  readonly logger: Logger
}

const ISOLATION: readonly unknown[] = ['read committed', 'repeatable read', 'serializable']
const RELAY: readonly unknown[] = ['polling', 'separate', 'cdc']
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  conflictRetries: [0, 100],
  leaseMs: [100, 600_000],
  maxFloorLagMs: [0, 86_400_000],
  sweepMs: [100, 86_400_000],
  claimMs: [100, 3_600_000],
}

// 63 bytes are what PostgreSQL keeps of a name; ours are put before others.
const SCHEMA = /^[a-z_][a-z0-9_]{0,30}$/

/** Fills in the defaults. @throws GULO_CONFIGURATION_INVALID with every fault at once */
export function settingsOf(options: PostgresOptions): PostgresSettings {
  const faults = findFaults(options)
  refuse(faults)
  return Object.freeze({
    pool: options.pool,
    transactions: options.transactions,
    schema: options.schema ?? 'gulo',
    migrate: options.migrate ?? false,
    relay: options.relay ?? 'polling',
    cdc: cdcSettingsOf(options.cdc ?? {}, options.schema ?? 'gulo'),
    isolation: options.isolation ?? 'read committed',
    conflictRetries: options.conflictRetries ?? 3,
    preparedStatements: options.preparedStatements ?? true,
    inboxRetentionMs: toMs(options.inboxRetention ?? '7d') as number,
    leaseMs: options.leaseMs ?? 10_000,
    maxFloorLagMs: options.maxFloorLagMs ?? 60_000,
    sweepMs: options.sweepMs ?? 30_000,
    claimMs: options.claimMs ?? 30_000,
    logger: options.logger ?? consoleLogger,
  })
}

/** Refuses what `migrate` and its like cannot work with. @throws GULO_CONFIGURATION_INVALID */
export function checkTables({ pool, schema }: { readonly pool?: unknown; readonly schema: string }): void {
  refuse([...(pool === undefined ? [] : poolFaults(pool)), ...schemaFaults(schema)])
}

/** @throws GULO_CONFIGURATION_INVALID */
export function checkRole(role: unknown): void {
  const fits = typeof role === 'string' && role !== '' && !role.includes('\0')
  refuse(fits ? [] : [`role is ${role === '' ? 'empty' : String(role)}; expected the name of a role of the database.`])
}

function refuse(faults: readonly string[]): void {
  if (faults.length === 0) return
  const details = { component: 'postgres', count: faults.length, faults: faults.join(' ') }
  throw coreFault('GULO_CONFIGURATION_INVALID', details)
}

function poolFaults(pool: unknown): string[] {
  const { connect, query } = (pool ?? {}) as { connect?: unknown; query?: unknown }
  if (typeof connect === 'function' && typeof query === 'function') return []
  return [`pool is ${pool === undefined ? 'missing' : String(pool)}; expected new Pool(…) of pg.`]
}

function schemaFaults(schema: unknown): string[] {
  if (schema === undefined || (typeof schema === 'string' && SCHEMA.test(schema))) return []
  return [`schema is ${String(schema)}; expected at most 31 lower-case letters, digits and underscores.`]
}

function findFaults(options: PostgresOptions): string[] {
  if (typeof options !== 'object' || options === null) return [`options is ${String(options)}; pass { pool }.`]
  const { pool, schema, isolation, inboxRetention } = options
  const given = options as unknown as Record<string, unknown>
  const faults = Object.entries(RANGES)
    .filter(([name, [lowest, highest]]) => given[name] !== undefined && !isWithin(given[name], lowest, highest))
    .map(
      ([name, [lowest, highest]]) =>
        `${name} is ${String(given[name])}; expected a whole number from ${lowest} to ${highest}.`,
    )
  faults.push(...poolFaults(pool), ...schemaFaults(schema))
  if (options.transactions !== undefined && typeof options.transactions?.run !== 'function')
    faults.push(`transactions is ${String(options.transactions)}; expected what an adapter makes, with a method run.`)
  if (isolation !== undefined && !ISOLATION.includes(isolation))
    faults.push(`isolation is ${String(isolation)}; expected ${ISOLATION.join(', ')}.`)
  if (options.relay !== undefined && !RELAY.includes(options.relay))
    faults.push(`relay is ${String(options.relay)}; expected ${RELAY.join(', ')}.`)
  faults.push(...cdcFaults(options.cdc))
  if (inboxRetention !== undefined && !((toMs(inboxRetention) ?? 0) > 0))
    faults.push(`inboxRetention is ${String(inboxRetention)}; expected a duration such as '7d'.`)
  return faults
}

function isWithin(value: unknown, lowest: number, highest: number): boolean {
  return Number.isInteger(value) && (value as number) >= lowest && (value as number) <= highest
}
