import type { DeadLetter, DeadLetterQuery, DeadLetterStatus, DeadLetters } from '@gulo/core'
import { coreFault } from '../faults.js'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import { LETTER_COLUMNS, type LetterRow, toLetter, toLetterValues } from './letter-row.js'

/** Dead letters in a table, with the bytes as they were received. */
export class PostgresDeadLetters implements DeadLetters {
  private readonly insert: Statement
  private readonly select: Statement
  private readonly update: Statement

  constructor(
    private readonly executor: SqlExecutor,
    schema: Schema,
  ) {
    const names = Object.keys(LETTER_COLUMNS)
    const values = Object.values(LETTER_COLUMNS).map((type, index) => `$${index + 1}::${type}`)
    const failedAt = `$${names.indexOf('failed_at') + 1}`
    const read = names
      .map((name) => (name === 'headers' || name === 'error' ? `${name}::text as ${name}` : name))
      .join(', ')
    this.insert = schema.statement(
      'letter_add',
      `insert into {dead_letter} (${names.join(', ')}, failed_time)
       values (${values.join(', ')}, ${failedAt}::timestamptz) on conflict (id) do nothing`,
    )
    this.select = schema.statement(
      'letter_find',
      `select ${read} from {dead_letter}
       where ($1::uuid is null or id = $1) and ($2::text is null or kind = $2) and ($3::text is null or status = $3)
         and ($4::text is null or consumer = $4) and ($5::text is null or type = $5)
         and ($6::text is null or message_id = $6)
       order by failed_time desc, id desc limit $7::int`,
    )
    this.update = schema.statement(
      'letter_mark',
      `update {dead_letter} set status = $2::text,
         replay_count = replay_count + case when $2::text = 'replayed' then 1 else 0 end
       where id = $1::uuid returning ${read}`,
    )
  }

  async add(letter: DeadLetter): Promise<void> {
    await this.executor.query(this.insert, toLetterValues(letter))
  }

  async find({
    id,
    kind,
    status,
    consumer,
    type,
    messageId,
    limit = 100,
  }: DeadLetterQuery = {}): Promise<readonly DeadLetter[]> {
    const wanted = [id, kind, status, consumer, type, messageId].map((value) => value ?? null)
    const { rows } = await this.executor.query<LetterRow>(this.select, [...wanted, limit])
    return rows.map(toLetter)
  }

  /** @throws GULO_DEAD_LETTER_UNKNOWN */
  async mark(id: string, status: DeadLetterStatus): Promise<DeadLetter> {
    const { rows } = await this.executor.query<LetterRow>(this.update, [id, status])
    if (rows[0] === undefined) throw coreFault('GULO_DEAD_LETTER_UNKNOWN', { id })
    return toLetter(rows[0])
  }
}
