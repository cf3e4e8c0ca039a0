import type { DeadLetter } from '@gulo/core'
import { newId } from './store-driver.js'

export const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte)

/** A letter with everything that is known of one. */
export function newLetter(more: Partial<DeadLetter> = {}): DeadLetter {
  return {
    id: newId(),
    kind: 'dead-letter',
    status: 'new',
    reason: 'retries-exhausted',
    message: {
      topic: 'items',
      partition: 2,
      offset: '9007199254740993',
      queue: 'conformance.collect.normal',
      timestamp: 1_767_225_600_000,
      redeliveries: 3,
      key: 'Grüße 🚀',
      body: ALL_BYTES,
      headers: { plain: 'text', empty: '', unicode: '世界', binary: ALL_BYTES },
    },
    messageId: newId(),
    type: 'conformance.item.changed.v1',
    tenantId: 'tenant',
    consumer: 'conformance',
    handler: 'CollectItem',
    service: 'conformance',
    error: {
      code: 'ITEM_GONE',
      type: 'ItemGone',
      message: 'Grüße',
      details: { item: 7, list: [null] },
      stack: 'ItemGone: …',
    },
    attempts: 3,
    firstFailedAt: '2026-01-01T00:00:00.000Z',
    failedAt: '2026-01-01T00:00:01.000Z',
    replayCount: 0,
    attemptLog: [
      { attempt: 1, at: '2026-01-01T00:00:00.000Z', code: 'ITEM_GONE', message: 'Grüße', durationMs: 12 },
      { attempt: 2, at: '2026-01-01T00:00:01.000Z', code: 'ITEM_GONE', message: 'Grüße', durationMs: undefined },
    ],
    ...more,
  }
}
