import type { Inbox, InboxEntry, InboxRetention } from '@gulo/core'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import { type PostgresTransaction, transactionOf } from '../unit-of-work/postgres-transaction.js'
import type { PostgresUnitOfWork } from '../unit-of-work/postgres-unit-of-work.js'
import type { Consumers } from './consumers.js'
import { uuidOf } from './message-id.js'

// Few enough that nobody waits long for the rows.
const CLEANED_AT_ONCE = 5000

/** The inbox in a table: the entry is inserted first, in the transaction of the handler. */
export class PostgresInbox implements Inbox, InboxRetention {
  private readonly insert: Statement
  private readonly forget: Statement

  constructor(
    private readonly unitOfWork: PostgresUnitOfWork,
    private readonly consumers: Consumers,
    schema: Schema,
    readonly retentionMs: number | undefined,
  ) {
    this.insert = schema.statement(
      'inbox_insert',
      'insert into {inbox} (consumer, message_id) values ($1::smallint, $2::uuid) on conflict do nothing',
    )
    this.forget = schema.statement(
      'inbox_forget',
      `delete from {inbox} where ctid = any(array(
         select ctid from {inbox} where received_at < now() - $1::double precision * interval '1 millisecond' limit $2::int))`,
    )
  }

  /** @throws POSTGRES_TRANSACTION_ENDED, POSTGRES_TRANSACTION_FOREIGN, and what the work throws */
  async once(entry: InboxEntry, work: () => Promise<void>): Promise<'done' | 'duplicate'> {
    const transaction = transactionOf(entry.transaction, 'The inbox')
    const consumer = await this.consumers.idOf(entry.consumer)
    if (transaction !== undefined) return this.onceWithin(transaction, consumer, entry.messageId, work)
    return this.unitOfWork.transact((own) => this.onceWithin(own, consumer, entry.messageId, work))
  }

  /** Forgets what is older than the retention; answers how many entries. */
  async clean(executor: SqlExecutor): Promise<number> {
    if (this.retentionMs === undefined) return 0
    let total = 0
    for (let count = CLEANED_AT_ONCE; count === CLEANED_AT_ONCE; total += count) {
      count = (await executor.query(this.forget, [this.retentionMs, CLEANED_AT_ONCE])).rowCount
    }
    return total
  }

  private async onceWithin(
    transaction: PostgresTransaction,
    consumer: number,
    messageId: string,
    work: () => Promise<void>,
  ): Promise<'done' | 'duplicate'> {
    // Another transaction that has inserted it and is still open makes this one wait for its outcome.
    const { rowCount } = await transaction.query(this.insert, [consumer, uuidOf(messageId)])
    if (rowCount === 0) return 'duplicate'
    try {
      await work()
      return 'done'
    } catch (error) {
      // Committed by somebody who caught the error, the entry would say that the message is done.
      transaction.doomedBy(error)
      throw error
    }
  }
}
