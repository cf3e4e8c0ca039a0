import {
  type CommitSignal,
  type Envelope,
  GuloError,
  isRetryable,
  type Logger,
  type Outbox,
  type OutboxEntry,
  type OutboxGauge,
  type PublishScope,
  type Runtime,
} from '@gulo/core'
import type { SqlExecutor, SqlPool, TransactionExecutor } from '../sql/executor.js'
import { reasonOf } from '../sql/problems.js'
import type { Schema } from '../sql/schema.js'
import { PostgresTransaction, requiredTransaction } from '../unit-of-work/postgres-transaction.js'
import { runTransaction } from '../unit-of-work/run-transaction.js'
import type { TransactionRunner } from '../unit-of-work/transaction-runner.js'
import { OutboxReader } from './outbox-reader.js'
import { OutboxScale, type OutboxSize } from './outbox-size.js'
import type { OutboxTransactionOptions, OutboxTransactions } from './outbox-transactions.js'
import { OutboxWriter } from './outbox-writer.js'

/** Turns envelopes into rows, and stores them in the transaction that is about to commit. */
export interface RowWriter {
  toValues(envelope: Envelope): Row
  insert(executor: SqlExecutor, rows: readonly Row[]): Promise<unknown>
}

export interface PostgresOutboxOptions {
  readonly leaseMs: number
  readonly maxFloorLagMs: number
  readonly sweepMs: number
  readonly runtime: () => Runtime
  readonly logger: Logger
  /** @default one that leaves the rows to relays */
  readonly writer?: RowWriter | undefined
}

/** The values of a new row. */
type Row = readonly unknown[]

/** The outbox in a table: events are written as the last statement of their transaction, and read by relays in shares. */
export class PostgresOutbox implements Outbox, OutboxTransactions, CommitSignal, OutboxGauge {
  private readonly writer: RowWriter
  private readonly reader: OutboxReader
  private readonly scale: OutboxScale
  private readonly buffers = new WeakMap<PostgresTransaction, Row[]>()
  private readonly listeners = new Set<() => void>()

  constructor(pool: SqlPool, schema: Schema, options: PostgresOutboxOptions) {
    this.writer = options.writer ?? new OutboxWriter(schema)
    this.reader = new OutboxReader(pool, schema, options)
    this.scale = new OutboxScale(pool, schema)
  }

  /** @throws GULO_TRANSACTION_MISSING, POSTGRES_TRANSACTION_ENDED, POSTGRES_TRANSACTION_FOREIGN, GULO_NOT_SERIALIZABLE … */
  async publish(envelopes: readonly Envelope[], scope?: PublishScope): Promise<void> {
    const transaction = requiredTransaction(scope?.transaction, 'The outbox', envelopes)
    if (envelopes.length === 0) return
    const rows = envelopes.map((envelope) => this.writer.toValues(envelope))
    const buffer = this.buffers.get(transaction) ?? this.open(transaction)
    for (const row of rows) buffer.push(row)
  }

  claim(limit: number, without: readonly string[] = []): Promise<readonly OutboxEntry[]> {
    return this.reader.claim(limit, without)
  }

  settle(entries: readonly OutboxEntry[]): Promise<void> {
    return this.reader.settle(entries)
  }

  async fail(entries: readonly OutboxEntry[], error: unknown): Promise<void> {
    if (isRetryable(error)) this.reader.giveBack(entries)
    else await this.reader.park(entries, describe(error))
  }

  onCommit(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  enlist(executor: TransactionExecutor, client: unknown = executor): PostgresTransaction {
    return new PostgresTransaction(executor, client)
  }

  transaction<T>(
    runner: TransactionRunner,
    work: (transaction: PostgresTransaction) => Promise<T>,
    { isolation = 'read committed' }: OutboxTransactionOptions = {},
  ): Promise<T> {
    return runTransaction(runner, isolation, work)
  }

  pending(): Promise<OutboxSize> {
    return this.scale.size()
  }

  /** Lets other relays have what this one held. */
  release(): Promise<void> {
    return this.reader.release()
  }

  // The insert is the last statement before the commit: so the order of the sequence is that of the commits, for
  // transactions of one key, which wait for one another on the row of their aggregate.
  private open(transaction: PostgresTransaction): Row[] {
    const rows: Row[] = []
    this.buffers.set(transaction, rows)
    transaction.join(() => {
      const { length } = rows
      return () => {
        rows.length = length
      }
    })
    transaction.beforeCommit(async (own) => void (await this.writer.insert(own, rows)))
    transaction.onEnd((committed) => {
      if (committed && rows.length > 0) for (const listener of this.listeners) listener()
    })
    return rows
  }
}

function describe(error: unknown): object {
  const code = GuloError.is(error) ? error.code : undefined
  return { code, type: error instanceof Error ? error.name : typeof error, message: reasonOf(error).slice(0, 8192) }
}
