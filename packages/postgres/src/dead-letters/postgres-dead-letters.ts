import type {
  DeadLetter,
  DeadLetterAbilities,
  DeadLetterBatch,
  DeadLetterClaim,
  DeadLetterEdit,
  DeadLetterFilter,
  DeadLetterGroupQuery,
  DeadLetterOutcome,
  DeadLetterPageQuery,
  DeadLetterQuery,
  DeadLetterStatus,
  DeadLetters,
  Operator,
} from '@gulo/core'
import { coreFault } from '../faults.js'
import type { SqlExecutor, Statement } from '../sql/executor.js'
import type { Schema } from '../sql/schema.js'
import { HOLD_AGAIN, LET_GO } from './held-letters.js'
import { LetterChanges } from './letter-changes.js'
import { isLetterId } from './letter-filter.js'
import { LetterPages } from './letter-pages.js'
import { LETTER_COLUMNS, LETTER_READ, type LetterRow, REVISION_JOIN, toLetter, toLetterValues } from './letter-row.js'

/** Dead letters in a table, with the bytes as they were received. */
export class PostgresDeadLetters implements DeadLetters, DeadLetterAbilities {
  private readonly pages: LetterPages
  private readonly changes: LetterChanges
  private readonly insert: Statement
  private readonly insertHolding: Statement
  private readonly select: Statement
  private readonly update: Statement

  constructor(
    private readonly executor: SqlExecutor,
    schema: Schema,
  ) {
    this.pages = new LetterPages(executor, schema)
    this.changes = new LetterChanges(executor, schema)
    const names = Object.keys(LETTER_COLUMNS)
    const values = Object.values(LETTER_COLUMNS).map((type, index) => `$${index + 1}::${type}`)
    const failedAt = `$${names.indexOf('failed_at') + 1}`
    this.insert = schema.statement(
      'letter_add',
      `insert into {dead_letter} (${names.join(', ')}, failed_time)
       values (${values.join(', ')}, ${failedAt}::timestamptz) on conflict (id) do nothing`,
    )
    const parameter = (name: string) => `$${names.indexOf(name) + 1}::text`
    // The letter takes the place of its own message, which may have waited.
    this.insertHolding = schema.statement(
      'letter_add_holding',
      `with changed as (
         insert into {dead_letter} (${names.join(', ')}, failed_time)
         values (${values.join(', ')}, ${failedAt}::timestamptz) on conflict do nothing returning *),
       ${HOLD_AGAIN}
       delete from {parked_message} where consumer = ${parameter('held_group')} and key = ${parameter('held_key')}
         and message_id = ${parameter('message_id')} and handler = ${parameter('handler')}`,
    )
    this.select = schema.statement(
      'letter_find',
      `select ${LETTER_READ} from {dead_letter} l ${REVISION_JOIN}
       where ($1::uuid is null or l.id = $1) and ($2::text is null or kind = $2) and ($3::text is null or status = $3)
         and ($4::text is null or consumer = $4) and ($5::text is null or type = $5)
         and ($6::text is null or message_id = $6)
       order by l.failed_time desc, l.id desc limit $7::int`,
    )
    this.update = schema.statement(
      'letter_mark',
      `with changed as (
         update {dead_letter} set status = $2::text, claim = null, claimed_until = null,
           replay_count = replay_count + case when $2::text = 'replayed' then 1 else 0 end
         where id = $1::uuid returning *),
       ${LET_GO},
       ${HOLD_AGAIN}
       select ${LETTER_READ} from changed l ${REVISION_JOIN}`,
    )
  }

  async add(letter: DeadLetter): Promise<void> {
    await this.executor.query(letter.holds ? this.insertHolding : this.insert, toLetterValues(letter))
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
    if (id !== undefined && !isLetterId(id)) return []
    const wanted = [id, kind, status, consumer, type, messageId].map((value) => value ?? null)
    const { rows } = await this.executor.query<LetterRow>(this.select, [...wanted, limit])
    return rows.map(toLetter)
  }

  /** @throws GULO_DEAD_LETTER_UNKNOWN */
  async mark(id: string, status: DeadLetterStatus): Promise<DeadLetter> {
    const { rows } = isLetterId(id)
      ? await this.executor.query<LetterRow>(this.update, [id, status])
      : { rows: [] as LetterRow[] }
    if (rows[0] === undefined) throw coreFault('GULO_DEAD_LETTER_UNKNOWN', { id })
    return toLetter(rows[0])
  }

  page(query?: DeadLetterPageQuery) {
    return this.pages.page(query)
  }

  count(filter?: DeadLetterFilter) {
    return this.pages.count(filter)
  }

  groups(query?: DeadLetterGroupQuery) {
    return this.pages.groups(query)
  }

  edit(id: string, edit: DeadLetterEdit, by: Operator) {
    return this.changes.edit(id, edit, by)
  }

  discard(filter: DeadLetterFilter, limit: number, by: Operator) {
    return this.changes.discard(filter, limit, by)
  }

  restore(filter: DeadLetterFilter, limit: number, by: Operator) {
    return this.changes.restore(filter, limit, by)
  }

  history(id: string) {
    return this.changes.history(id)
  }

  claim(filter: DeadLetterFilter, batch: DeadLetterBatch, claim: DeadLetterClaim) {
    return this.changes.claim(filter, batch, claim)
  }

  renew(claim: DeadLetterClaim) {
    return this.changes.renew(claim)
  }

  settle(id: string, owner: string, outcome: DeadLetterOutcome, by: Operator) {
    return this.changes.settle(id, owner, outcome, by)
  }
}
