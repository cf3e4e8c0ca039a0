import { decodeData, type Envelope, encodeData } from '@gulo/core'
import { postgresFault } from '../faults.js'
import { slotOf } from './slots.js'

/** The columns of the outbox that hold an envelope, in the order of {@link toValues}. */
export const COLUMNS = {
  slot: 'smallint',
  id: 'uuid',
  aggregatetype: 'text',
  aggregateid: 'text',
  type: 'text',
  payload: 'bytea',
  partition: 'integer',
  source: 'text',
  occurred_at: 'text',
  content_type: 'text',
  subject: 'text',
  aggregate_type: 'text',
  correlation_id: 'text',
  causation_id: 'text',
  tenant: 'text',
  traceparent: 'text',
  tracestate: 'text',
  data_version: 'text',
  data_schema: 'text',
  deliver_by: 'text',
  headers: 'text::jsonb',
} as const

/** A row of the outbox as it is read; `bigint` columns as text. */
export interface OutboxRow {
  readonly seq: string
  readonly slot: number
  readonly id: string
  readonly aggregatetype: string
  readonly aggregateid: string | null
  readonly type: string
  readonly payload: Uint8Array | null
  readonly partition: number | null
  readonly source: string
  readonly occurred_at: string | null
  readonly content_type: string
  readonly subject: string | null
  readonly aggregate_type: string | null
  readonly correlation_id: string | null
  readonly causation_id: string | null
  readonly tenant: string | null
  readonly traceparent: string | null
  readonly tracestate: string | null
  readonly data_version: string | null
  readonly data_schema: string | null
  readonly deliver_by: string | null
  readonly headers: Readonly<Record<string, string>> | null
}

const LONGEST = 255

/**
 * The values of a new row. Encoded at once: what is changed after it was published is not sent.
 * @throws GULO_NOT_SERIALIZABLE, GULO_ENVELOPE_INVALID or POSTGRES_KEY_TOO_LONG
 */
export function toValues(envelope: Envelope): readonly unknown[] {
  const { id, type, topic, source } = envelope
  const key = envelope.partitionKey ?? envelope.aggregateId
  const { body, contentType } = encodeData(envelope)
  for (const [field, text] of [
    ['type', type],
    ['topic', topic],
    ['key', key],
  ] as const) {
    if (text !== undefined && text.length > LONGEST)
      throw postgresFault('POSTGRES_KEY_TOO_LONG', { field, type, length: text.length })
  }
  return [
    slotOf(key ?? id),
    id,
    topic,
    key ?? null,
    type,
    body,
    envelope.partition ?? null,
    source,
    envelope.occurredAt ?? null,
    contentType,
    envelope.aggregateId ?? null,
    envelope.aggregateType ?? null,
    envelope.correlationId ?? null,
    envelope.causationId ?? null,
    envelope.tenantId ?? null,
    envelope.traceparent ?? null,
    envelope.tracestate ?? null,
    envelope.dataVersion ?? null,
    envelope.dataSchema ?? null,
    envelope.deliverBy ?? null,
    envelope.headers === undefined ? null : JSON.stringify(envelope.headers),
  ]
}

/** The envelope that a row was made of. @throws GULO_BODY_INVALID */
export function toEnvelope(row: OutboxRow): Envelope {
  const { type, payload: body, content_type: contentType } = row
  return {
    id: row.id,
    type,
    source: row.source,
    topic: row.aggregatetype,
    occurredAt: row.occurred_at ?? undefined,
    payload: decodeData({ body, contentType }, type),
    contentType,
    partitionKey: row.aggregateid ?? undefined,
    partition: row.partition ?? undefined,
    aggregateType: row.aggregate_type ?? undefined,
    aggregateId: row.subject ?? undefined,
    correlationId: row.correlation_id ?? undefined,
    causationId: row.causation_id ?? undefined,
    tenantId: row.tenant ?? undefined,
    traceparent: row.traceparent ?? undefined,
    tracestate: row.tracestate ?? undefined,
    dataVersion: row.data_version ?? undefined,
    dataSchema: row.data_schema ?? undefined,
    deliverBy: row.deliver_by ?? undefined,
    headers: row.headers ?? undefined,
  }
}
