import type { AttemptLog } from '@gulo/core'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import type { Consumers } from './consumers.js'
import { uuidOf } from './message-id.js'

/** Counts unfinished attempts in a table, outside of the handler's transaction. */
export class PostgresAttemptLog implements AttemptLog {
  private readonly started: Statement
  private readonly ended: Statement

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
}
