import type { AttemptLog, BatchAttemptLog, InboxMessage } from '@gulo/core'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import type { Consumers } from './consumers.js'
import { uuidOf } from './message-id.js'
import { EACH, listOf, NAME } from './message-list.js'

/** Counts unfinished attempts in a table, outside of the handler's transaction. */
export class PostgresAttemptLog implements AttemptLog, BatchAttemptLog {
  private readonly started: Statement
  private readonly ended: Statement
  private readonly startedEach: Statement
  private readonly endedEach: Statement
  private readonly withdrawn: Statement

  constructor(
    private readonly executor: SqlExecutor,
    private readonly consumers: Consumers,
    schema: Schema,
  ) {
    this.started = schema.statement(
      'attempt_begin',
      `insert into {attempt} as a (consumer, message_id, started) values ($1::smallint, $2::uuid, 1)
       on conflict (consumer, message_id) do update set started = a.started + 1 returning started`,
    )
    this.ended = schema.statement(
      'attempt_end',
      'delete from {attempt} where consumer = $1::smallint and message_id = $2::uuid',
    )
    this.startedEach = schema.statement(
      'attempt_begin_each',
      `insert into {attempt} as a (consumer, message_id, started) select consumer, message_id, 1 from ${EACH}
       on conflict (consumer, message_id) do update set started = a.started + 1 returning ${NAME} as name, started`,
    )
    this.endedEach = schema.statement(
      'attempt_end_each',
      `delete from {attempt} a using ${EACH} where a.consumer = e.consumer and a.message_id = e.message_id`,
    )
    this.withdrawn = schema.statement(
      'attempt_withdraw_each',
      `with e as (select * from ${EACH}),
         gone as (delete from {attempt} a using e
           where a.consumer = e.consumer and a.message_id = e.message_id and a.started <= 1)
       update {attempt} a set started = a.started - 1 from e
       where a.consumer = e.consumer and a.message_id = e.message_id and a.started > 1`,
    )
  }

  async begin(consumer: string, messageId: string): Promise<number> {
    const id = await this.consumers.idOf(consumer)
    const { rows } = await this.executor.query<{ started: number }>(this.started, [id, uuidOf(messageId)])
    return rows[0]?.started ?? 1
  }

  async end(consumer: string, messageId: string): Promise<void> {
    const id = await this.consumers.idOf(consumer)
    await this.executor.query(this.ended, [id, uuidOf(messageId)])
  }

  async beginEach(messages: readonly InboxMessage[]): Promise<readonly number[]> {
    const { names, parameters } = await listOf(this.consumers, messages)
    const { rows } = await this.executor.query<{ name: string; started: number }>(this.startedEach, parameters)
    const counts = new Map(rows.map(({ name, started }) => [name, started]))
    return names.map((name) => counts.get(name) ?? 1)
  }

  async endEach(messages: readonly InboxMessage[]): Promise<void> {
    await this.executor.query(this.endedEach, (await listOf(this.consumers, messages)).parameters)
  }

  async withdrawEach(messages: readonly InboxMessage[]): Promise<void> {
    await this.executor.query(this.withdrawn, (await listOf(this.consumers, messages)).parameters)
  }
}
