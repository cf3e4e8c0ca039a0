import type {
  DeadLetter,
  DeadLetterBatch,
  DeadLetterChanges,
  DeadLetterClaim,
  DeadLetterClaims,
  DeadLetterDeed,
  DeadLetterEdit,
  DeadLetterFilter,
  DeadLetterOutcome,
  Operator,
} from '@gulo/core'
import { toJsonWithBytes } from '../sql/bytes-as-json.js'
import type { SqlExecutor } from '../sql/executor.js'
import { isoTime } from '../sql/iso-time.js'
import type { Schema } from '../sql/schema.js'
import { storableJson } from '../sql/storable-json.js'
import { HOLD_AGAIN, LET_GO } from './held-letters.js'
import { isLetterId, LetterConditions } from './letter-filter.js'
import { LETTER_READ, type LetterRow, REVISION_JOIN, toLetter } from './letter-row.js'

interface DeedRow extends Omit<DeadLetterDeed, 'details' | 'reason'> {
  readonly reason: string | null
  readonly details: string
}

/** What is done with letters. Each is one statement, which tells it in the history as well. */
export class LetterChanges implements DeadLetterChanges, DeadLetterClaims {
  constructor(
    private readonly executor: SqlExecutor,
    private readonly schema: Schema,
  ) {}

  async edit(id: string, { body, headers }: DeadLetterEdit, by: Operator): Promise<DeadLetter | undefined> {
    if (!isLetterId(id)) return undefined
    const { rows } = await this.query<LetterRow>(
      `with changed as (
         update {dead_letter} l set revision = coalesce(l.revision, 0) + 1
         where l.id = $1::uuid and l.status = 'new' returning l.*),
       r as (
         insert into {dead_letter_revision} (letter, revision, body, headers)
         select l.id, l.revision, case when $2::boolean then $3::bytea when b.letter is null then l.body else b.body end,
           coalesce($4::text::jsonb, b.headers, l.headers)
         from changed l left join {dead_letter_revision} b on b.letter = l.id and b.revision = l.revision - 1
         returning letter, revision, body, headers),
       told as (
         insert into {dead_letter_deed} (letter, action, actor, reason, details)
         select l.id, 'edited', $5::text, $6::text, jsonb_build_object('revision', l.revision) from changed l)
       select ${LETTER_READ} from changed l join r on r.letter = l.id`,
      [
        id,
        body !== undefined,
        body ?? null,
        headers === undefined ? null : toJsonWithBytes(headers),
        by.actor,
        by.reason ?? null,
      ],
    )
    return rows[0] && toLetter(rows[0])
  }

  discard(filter: DeadLetterFilter, limit: number, by: Operator): Promise<number> {
    return this.change(new LetterConditions({ ...filter, status: 'new' }), limit, ['discarded', 'discarded'], by)
  }

  restore(filter: DeadLetterFilter, limit: number, by: Operator): Promise<number> {
    return this.change(new LetterConditions({ ...filter, status: 'discarded' }), limit, ['new', 'restored'], by)
  }

  async history(id: string): Promise<readonly DeadLetterDeed[]> {
    if (!isLetterId(id)) return []
    const { rows } = await this.query<DeedRow>(
      `select action, ${isoTime('at')} as at, actor, reason, details::text as details
       from {dead_letter_deed} where letter = $1::uuid order by seq`,
      [id],
    )
    return rows.map(({ reason, details, ...deed }) => ({
      ...deed,
      reason: reason ?? undefined,
      details: JSON.parse(details) as DeadLetterDeed['details'],
    }))
  }

  async claim(
    filter: DeadLetterFilter,
    batch: DeadLetterBatch,
    claim: DeadLetterClaim,
  ): Promise<readonly DeadLetter[]> {
    const { status, ...others } = filter
    const wanted = new LetterConditions(others).beside(batch.after, '>').beside(batch.upTo, '<=')
    const owner = wanted.parameter(claim.owner, 'uuid')
    const over = `(l.status <> 'replaying' or l.claim is null or l.claim = ${owner} or l.claimed_until < clock_timestamp())`
    wanted.add(over)
    if (status === undefined) wanted.add(`l.status in ('new', 'replaying')`)
    else wanted.status(status)
    const limit = wanted.parameter(batch.limit, 'int')
    const until = `clock_timestamp() + ${wanted.parameter(claim.forMs, 'double precision')} * interval '1 millisecond'`
    const { rows } = await this.query<LetterRow>(
      `with wanted as (
         select l.id from {dead_letter} l where ${wanted.where}
         order by l.failed_time, l.id limit ${limit} for update skip locked),
       changed as (
         update {dead_letter} l set status = 'replaying', claim = ${owner}, claimed_until = ${until}
         from wanted where l.id = wanted.id returning l.*)
       select ${LETTER_READ} from changed l ${REVISION_JOIN} order by l.failed_time, l.id`,
      wanted.parameters,
    )
    return rows.map(toLetter)
  }

  async renew({ owner, forMs }: DeadLetterClaim): Promise<void> {
    await this.query(
      `update {dead_letter} set claimed_until = clock_timestamp() + $2::double precision * interval '1 millisecond'
       where claim = $1::uuid`,
      [owner, forMs],
    )
  }

  async settle(id: string, owner: string, outcome: DeadLetterOutcome, by: Operator): Promise<DeadLetter | undefined> {
    const { rows } = await this.query<LetterRow>(
      `with changed as (
         update {dead_letter} l set status = $3::text, claim = null, claimed_until = null,
           replay_count = l.replay_count + $4::int
         where l.id = $1::uuid and l.claim = $2::uuid returning l.*),
       ${LET_GO},
       told as (
         insert into {dead_letter_deed} (letter, action, actor, reason, details)
         select l.id, $5::text, $6::text, $7::text, $8::text::jsonb from changed l)
       select ${LETTER_READ} from changed l ${REVISION_JOIN}`,
      [
        id,
        owner,
        ...(outcome.ok ? ['replayed', 1, 'replayed'] : ['new', 0, 'replay-failed']),
        by.actor,
        by.reason ?? null,
        storableJson(outcome.ok ? {} : { error: outcome.error }),
      ],
    )
    return rows[0] && toLetter(rows[0])
  }

  private async change(
    wanted: LetterConditions,
    limit: number,
    [status, action]: readonly [string, string],
    { actor, reason }: Operator,
  ): Promise<number> {
    const count = wanted.parameter(limit, 'int')
    const [to, done] = [wanted.parameter(status, 'text'), wanted.parameter(action, 'text')]
    const [who, why] = [wanted.parameter(actor, 'text'), wanted.parameter(reason ?? null, 'text')]
    const { rowCount } = await this.query(
      `with wanted as (
         select l.id from {dead_letter} l where ${wanted.where} order by l.failed_time, l.id limit ${count} for update),
       changed as (
         update {dead_letter} l set status = ${to} from wanted where l.id = wanted.id returning l.*),
       ${LET_GO},
       ${HOLD_AGAIN}
       insert into {dead_letter_deed} (letter, action, actor, reason, details)
       select changed.id, ${done}, ${who}, ${why}, '{}' from changed`,
      wanted.parameters,
    )
    return rowCount
  }

  private query<Row extends object>(text: string, parameters: readonly unknown[]) {
    return this.executor.query<Row>(this.schema.text(text), parameters)
  }
}
