import type { Envelope, OutboxEntry } from '@gulo/core'
import { decodeData } from '@gulo/core'

/** The columns that a relay of one's own would read. */
export const COLUMNS =
  'seq::text as seq, id, aggregatetype, aggregateid, type, payload, source, occurred_at, content_type'

export interface Row {
  readonly seq: string
  readonly id: string
  readonly aggregatetype: string
  readonly aggregateid: string
  readonly type: string
  readonly payload: Uint8Array
  readonly source: string
  readonly occurred_at: string
  readonly content_type: string
}

/** A row as the relay takes it. */
export function toEntry({ seq, id, type, ...row }: Row): OutboxEntry {
  const payload = decodeData({ body: row.payload, contentType: row.content_type }, type)
  const envelope: Envelope = {
    id,
    type,
    payload,
    source: row.source,
    topic: row.aggregatetype,
    partitionKey: row.aggregateid,
    occurredAt: row.occurred_at,
    contentType: row.content_type,
  }
  return { sequence: seq, envelope, attempts: 0 }
}
