import { createRuntime, type DeadLetter } from '@gulo/core'

const { newId } = createRuntime()

/** A letter of a consumer `inventory/reserve`. */
export function letter(more: Partial<DeadLetter> = {}): DeadLetter {
  return {
    id: newId(),
    kind: 'dead-letter',
    status: 'new',
    reason: 'retries-exhausted',
    message: {
      topic: 'ordering.order.placed.v1',
      partition: 0,
      offset: '1',
      queue: undefined,
      timestamp: undefined,
      redeliveries: undefined,
      key: 'o-1',
      body: Uint8Array.of(123, 125),
      headers: {},
    },
    messageId: newId(),
    type: 'ordering.order.placed.v1',
    tenantId: undefined,
    consumer: 'inventory/reserve',
    handler: 'reserve',
    service: 'inventory',
    error: { code: 'NO_SHELF', type: 'Error', message: 'no shelf', details: {}, stack: undefined },
    attempts: 1,
    firstFailedAt: '2026-01-01T00:00:00.000Z',
    failedAt: '2026-01-01T00:00:00.000Z',
    replayCount: 0,
    ...more,
  }
}
