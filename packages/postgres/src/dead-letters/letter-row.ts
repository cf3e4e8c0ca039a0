import { type DeadLetter, type FailedAttempt, fingerprintOf } from '@gulo/core'
import { fromJsonWithBytes, toJsonWithBytes } from '../sql/bytes-as-json.js'
import { storableJson } from '../sql/storable-json.js'
import { shortKey } from './held-letters.js'

/** Columns of a dead letter, in the order of {@link toLetterValues}. */
export const LETTER_COLUMNS = {
  id: 'uuid',
  kind: 'text',
  status: 'text',
  reason: 'text',
  message_id: 'text',
  type: 'text',
  tenant: 'text',
  consumer: 'text',
  handler: 'text',
  service: 'text',
  topic: 'text',
  partition: 'integer',
  position: 'text',
  queue: 'text',
  message_at: 'double precision',
  redeliveries: 'integer',
  message_key: 'text',
  body: 'bytea',
  headers: 'text::jsonb',
  error: 'text::jsonb',
  attempts: 'integer',
  first_failed_at: 'text',
  failed_at: 'text',
  replay_count: 'integer',
  fingerprint: 'text',
  attempt_log: 'text::jsonb',
  held_group: 'text',
  held_key: 'text',
  held_round: 'integer',
} as const

const JSON_COLUMNS: readonly string[] = ['headers', 'error', 'attempt_log']

/** What is read of `dead_letter l` and its latest revision `r`. */
export const LETTER_READ = [
  ...Object.keys(LETTER_COLUMNS).map((name) =>
    JSON_COLUMNS.includes(name) ? `l.${name}::text as ${name}` : `l.${name}`,
  ),
  'r.revision as revised',
  'r.body as revised_body',
  'r.headers::text as revised_headers',
].join(', ')

/** Brings the latest revision of `dead_letter l`. */
export const REVISION_JOIN = 'left join {dead_letter_revision} r on r.letter = l.id and r.revision = l.revision'

/** A row as it is read; JSON columns as text. */
export type LetterRow = Readonly<
  Record<keyof typeof LETTER_COLUMNS | 'revised' | 'revised_body' | 'revised_headers', unknown>
>

export function toLetterValues(letter: DeadLetter): readonly unknown[] {
  const { message } = letter
  return [
    letter.id,
    letter.kind,
    letter.status,
    letter.reason,
    letter.messageId ?? null,
    letter.type ?? null,
    letter.tenantId ?? null,
    letter.consumer,
    letter.handler ?? null,
    letter.service,
    message.topic,
    message.partition ?? null,
    message.offset ?? null,
    message.queue ?? null,
    message.timestamp ?? null,
    message.redeliveries ?? null,
    message.key ?? null,
    message.body,
    toJsonWithBytes(message.headers),
    storableJson(letter.error),
    letter.attempts,
    letter.firstFailedAt,
    letter.failedAt,
    letter.replayCount,
    fingerprintOf(letter),
    letter.attemptLog === undefined ? null : storableJson(letter.attemptLog),
    letter.holds?.group ?? null,
    letter.holds === undefined ? null : shortKey(letter.holds.key),
    letter.holds === undefined ? null : letter.replayCount,
  ]
}

export function toLetter(row: LetterRow): DeadLetter {
  const text = (value: unknown) => (value === null ? undefined : (value as string))
  const number = (value: unknown) => (value === null ? undefined : Number(value))
  const error = JSON.parse(row.error as string) as DeadLetter['error']
  return {
    id: row.id as string,
    kind: row.kind as DeadLetter['kind'],
    status: row.status as DeadLetter['status'],
    reason: row.reason as DeadLetter['reason'],
    message: {
      topic: row.topic as string,
      partition: number(row.partition),
      offset: text(row.position),
      queue: text(row.queue),
      timestamp: number(row.message_at),
      redeliveries: number(row.redeliveries),
      key: text(row.message_key),
      body: bytesOf(row.body),
      headers: fromJsonWithBytes(row.headers as string) as DeadLetter['message']['headers'],
    },
    messageId: text(row.message_id),
    type: text(row.type),
    tenantId: text(row.tenant),
    consumer: row.consumer as string,
    handler: text(row.handler),
    service: row.service as string,
    error: { ...error, stack: error.stack },
    attempts: Number(row.attempts),
    firstFailedAt: row.first_failed_at as string,
    failedAt: row.failed_at as string,
    replayCount: Number(row.replay_count),
    ...(row.attempt_log !== null && { attemptLog: toAttempts(row.attempt_log as string) }),
    ...(row.held_key !== null && { holds: { group: row.held_group as string, key: row.held_key as string } }),
    ...(row.revised !== null && { revised: toRevision(row) }),
  }
}

function toAttempts(text: string): readonly FailedAttempt[] {
  return (JSON.parse(text) as FailedAttempt[]).map((each) => ({ ...each, durationMs: each.durationMs }))
}

function toRevision(row: LetterRow): NonNullable<DeadLetter['revised']> {
  return {
    revision: Number(row.revised),
    body: bytesOf(row.revised_body),
    headers: fromJsonWithBytes(row.revised_headers as string) as DeadLetter['message']['headers'],
  }
}

function bytesOf(value: unknown): Uint8Array | null {
  return value === null ? null : new Uint8Array(value as Uint8Array)
}
