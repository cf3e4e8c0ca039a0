import type { IdempotencyKeyStore, TransactionalKeys } from '@gulo/core'
import { postgresFault } from '../faults.js'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import { transactionOf } from '../unit-of-work/postgres-transaction.js'

/** Idempotency keys in a table; time is that of the database. */
export class PostgresIdempotencyKeys implements IdempotencyKeyStore, TransactionalKeys {
  private readonly found: Statement
  private readonly stored: Statement
  private readonly claimed: Statement
  private readonly taken: Statement
  private readonly forgotten: Statement

  constructor(
    private readonly executor: SqlExecutor,
    schema: Schema,
  ) {
    const until = "now() + $2::double precision * interval '1 second'"
    this.found = schema.statement(
      'key_has',
      'select done from {idempotency_key} where key = $1::text and expires_at > now()',
    )
    this.stored = schema.statement(
      'key_put',
      `insert into {idempotency_key} (key, done, expires_at) values ($1::text, true, ${until})
       on conflict (key) do update set done = true, expires_at = excluded.expires_at`,
    )
    this.claimed = schema.statement(
      'key_claim',
      `insert into {idempotency_key} as k (key, done, expires_at) values ($1::text, false, ${until})
       on conflict (key) do update set done = false, expires_at = excluded.expires_at where k.expires_at <= now()`,
    )
    // Another transaction that has inserted it and is still open makes this one wait for its outcome.
    this.taken = schema.statement(
      'key_take',
      `insert into {idempotency_key} as k (key, done, expires_at) values ($1::text, true, ${until})
       on conflict (key) do update set done = true, expires_at = excluded.expires_at where k.expires_at <= now()`,
    )
    this.forgotten = schema.statement('key_forget', 'delete from {idempotency_key} where expires_at <= now()')
  }

  async has(key: string): Promise<boolean> {
    return (await this.look(key)) === true
  }

  async put(key: string, ttlSeconds: number): Promise<void> {
    await this.executor.query(this.stored, [key, ttlSeconds])
  }

  async claim(key: string, ttlSeconds: number): Promise<'claimed' | 'in-progress' | 'done'> {
    for (;;) {
      const { rowCount } = await this.executor.query(this.claimed, [key, ttlSeconds])
      if (rowCount > 0) return 'claimed'
      const done = await this.look(key)
      // Expired in between: claimed anew.
      if (done !== undefined) return done ? 'done' : 'in-progress'
    }
  }

  /** @throws POSTGRES_TRANSACTION_ENDED or POSTGRES_TRANSACTION_FOREIGN */
  async take(key: string, ttlSeconds: number, transaction: unknown): Promise<boolean> {
    const operation = 'Taking a key'
    const own = transactionOf(transaction, operation)
    if (own === undefined) throw postgresFault('POSTGRES_TRANSACTION_FOREIGN', { operation, found: 'none' })
    return (await own.query(this.taken, [key, ttlSeconds])).rowCount > 0
  }

  /** Forgets what has expired; answers how many keys. */
  async clean(executor: SqlExecutor): Promise<number> {
    return (await executor.query(this.forgotten)).rowCount
  }

  private async look(key: string): Promise<boolean | undefined> {
    const { rows } = await this.executor.query<{ done: boolean }>(this.found, [key])
    return rows[0]?.done
  }
}
