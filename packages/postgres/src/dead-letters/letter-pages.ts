import {
  checkedLimit,
  checkFilter,
  type DeadLetterFilter,
  type DeadLetterGroup,
  type DeadLetterGroupQuery,
  type DeadLetterGroups,
  type DeadLetterPage,
  type DeadLetterPageQuery,
  type DeadLetterPages,
  type DeadLetterStatus,
  deadLetterCursor,
} from '@gulo/core'
import type { SqlExecutor } from '../sql/executor.js'
import { isoTime } from '../sql/iso-time.js'
import type { Schema } from '../sql/schema.js'
import { LetterConditions } from './letter-filter.js'
import { LETTER_READ, type LetterRow, REVISION_JOIN, toLetter } from './letter-row.js'

const YOUNGEST_FIRST = 'order by l.failed_time desc, l.id desc'

interface GroupRow extends LetterRow {
  readonly group_count: string
  readonly group_first: string
  readonly group_last: string
}

/** Pages, counts and groups of letters. Each question is a statement of its own, planned for what it asks. */
export class LetterPages implements DeadLetterPages, DeadLetterGroups {
  constructor(
    private readonly executor: SqlExecutor,
    private readonly schema: Schema,
  ) {}

  async page(query: DeadLetterPageQuery = {}): Promise<DeadLetterPage> {
    checkFilter('A page', query)
    const limit = checkedLimit('A page', query.limit)
    const wanted = new LetterConditions(query).beside(query.cursor, '<')
    // One more than asked for tells whether there is another page.
    const count = wanted.parameter(limit + 1, 'int')
    const { rows } = await this.query<LetterRow>(
      `select ${LETTER_READ} from {dead_letter} l ${REVISION_JOIN} where ${wanted.where} ${YOUNGEST_FIRST} limit ${count}`,
      wanted,
    )
    const letters = rows.slice(0, limit).map(toLetter)
    const last = letters.at(-1)
    return { letters, next: last !== undefined && rows.length > limit ? deadLetterCursor(last) : undefined }
  }

  async count(filter: DeadLetterFilter = {}): Promise<Readonly<Record<DeadLetterStatus, number>>> {
    checkFilter('A count', filter)
    const wanted = new LetterConditions(filter)
    const { rows } = await this.query<{ status: DeadLetterStatus; count: string }>(
      `select l.status, count(*)::text as count from {dead_letter} l where ${wanted.where} group by l.status`,
      wanted,
    )
    const found = Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)]))
    return { new: 0, replaying: 0, replayed: 0, discarded: 0, ...found }
  }

  async groups(query: DeadLetterGroupQuery = {}): Promise<readonly DeadLetterGroup[]> {
    checkFilter('A list of groups', query)
    const limit = checkedLimit('A list of groups', query.limit)
    const wanted = new LetterConditions(query)
    const count = wanted.parameter(limit, 'int')
    const { rows } = await this.query<GroupRow>(
      `with cause as (
         select l.fingerprint, count(*) as letters, min(l.failed_time) as first_time, max(l.failed_time) as last_time
         from {dead_letter} l where ${wanted.where}
         group by l.fingerprint order by max(l.failed_time) desc limit ${count})
       select cause.letters::text as group_count, ${isoTime('cause.first_time')} as group_first,
         ${isoTime('cause.last_time')} as group_last, sample.*
       from cause cross join lateral (
         select ${LETTER_READ} from {dead_letter} l ${REVISION_JOIN}
         where l.fingerprint = cause.fingerprint and ${wanted.where} ${YOUNGEST_FIRST} limit 1) sample
       order by cause.last_time desc, cause.fingerprint`,
      wanted,
    )
    return rows.map((row) => ({
      fingerprint: row.fingerprint as string,
      count: Number(row.group_count),
      firstFailedAt: row.group_first,
      failedAt: row.group_last,
      sample: toLetter(row),
    }))
  }

  private query<Row extends object>(text: string, { parameters }: LetterConditions) {
    return this.executor.query<Row>(this.schema.text(text), parameters)
  }
}
