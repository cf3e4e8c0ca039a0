import type { BatchInbox, BatchWork, Inbox, InboxEntry, InboxMessage, InboxRetention } from '@gulo/core'
import { postgresFault } from '../faults.js'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import { type PostgresTransaction, transactionOf } from '../unit-of-work/postgres-transaction.js'
import type { PostgresUnitOfWork } from '../unit-of-work/postgres-unit-of-work.js'
import type { Consumers } from './consumers.js'
import { uuidOf } from './message-id.js'
import { EACH, listOf, NAME } from './message-list.js'

// Few enough that nobody waits long for the rows.
const CLEANED_AT_ONCE = 5000

/** The inbox in a table: the entry is inserted first, in the transaction of the handler. */
export class PostgresInbox implements Inbox, BatchInbox, InboxRetention {
  private readonly insert: Statement
  private readonly insertEach: Statement
  private readonly removeEach: Statement
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
    // What occurs for the first time comes back; another transaction that has it and is still open is waited for.
    this.insertEach = schema.statement(
      'inbox_insert_each',
      `insert into {inbox} (consumer, message_id) select consumer, message_id from ${EACH}
       on conflict do nothing returning ${NAME} as name`,
    )
    this.removeEach = schema.statement(
      'inbox_remove_each',
      `delete from {inbox} i using ${EACH} where i.consumer = e.consumer and i.message_id = e.message_id`,
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
    const consumer = await this.consumers.idOf(entry.consumer, transaction)
    if (transaction !== undefined) return this.onceWithin(transaction, consumer, entry.messageId, work)
    return this.unitOfWork.transact((own) => this.onceWithin(own, consumer, entry.messageId, work))
  }

  /** @throws POSTGRES_TRANSACTION_ENDED, POSTGRES_TRANSACTION_FOREIGN, and what the work throws */
  async onceEach(messages: readonly InboxMessage[], transaction: unknown, work: BatchWork): Promise<void> {
    const own = transactionOf(transaction, 'The inbox')
    if (own === undefined)
      throw postgresFault('POSTGRES_TRANSACTION_FOREIGN', { operation: 'The inbox', found: 'none' })
    const { names, parameters } = await listOf(this.consumers, messages, own)
    const { rows } = await own.query<{ name: string }>(this.insertEach, parameters)
    const entered = new Set(rows.map(({ name }) => name))
    // Of a message that occurs twice the first is new: of equal keys a map keeps the last.
    const firstAt = new Map(names.map((name, index) => [name, index] as const).reverse())
    const isNew = names.map((name, index) => entered.has(name) && firstAt.get(name) === index)
    try {
      const seenTo = await work(isNew)
      const left = messages.filter((_, index) => index >= seenTo && isNew[index] === true)
      if (left.length > 0) await own.query(this.removeEach, (await listOf(this.consumers, left, own)).parameters)
    } catch (error) {
      own.doomedBy(error)
      throw error
    }
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
