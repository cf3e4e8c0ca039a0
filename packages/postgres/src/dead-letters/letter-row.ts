import type { DeadLetter } from '@gulo/core'
import { fromJsonWithBytes, toJsonWithBytes } from '../sql/bytes-as-json.js'

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
} as const

/** A row as it is read; JSON columns as text. */
export type LetterRow = Readonly<Record<keyof typeof LETTER_COLUMNS, unknown>>

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
    JSON.stringify(letter.error),
    letter.attempts,
    letter.firstFailedAt,
    letter.failedAt,
    letter.replayCount,
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
      body: row.body === null ? null : new Uint8Array(row.body as Uint8Array),
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
  }
}
