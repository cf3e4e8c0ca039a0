import type { Outbox } from '@gulo/core'
import type { PostgresStore } from '@gulo/postgres'

/** Stores events in a transaction of their own, before that of the handler has committed. */
export function ownTransaction({ outbox, unitOfWork }: PostgresStore): Outbox {
  return {
    publish: (envelopes) => unitOfWork.transact((transaction) => outbox.publish(envelopes, { transaction })),
    claim: (limit, without) => outbox.claim(limit, without),
    settle: (entries) => outbox.settle(entries),
    fail: (entries, error) => outbox.fail(entries, error),
  }
}
