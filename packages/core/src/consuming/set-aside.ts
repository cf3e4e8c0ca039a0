import type { ConsumerParts } from './consumer-parts.js'
import { toDeadLetterError } from './dead-letter-error.js'
import type { DeadLetter, DeadLetterReason } from './dead-letters.js'
import { consumerName, type Failure } from './failure.js'

/**
 * Puts a message among the dead letters or into quarantine. When that fails the delivery fails too, and the broker keeps
 * the message.
 */
export async function setAside(
  parts: ConsumerParts,
  kind: DeadLetter['kind'],
  reason: DeadLetterReason,
  failure: Failure,
): Promise<void> {
  const consumer = consumerName(parts.group, failure.handler)
  await parts.deadLetters.add(toLetter(parts, kind, reason, failure))
  const messageId = failure.envelope?.id
  const told = kind === 'quarantine' ? 'quarantined' : 'dead-lettered'
  parts.observer?.({ kind: told, messageId, consumer, reason, error: failure.error })
}

function toLetter(
  { runtime, service, group, heldKeys }: ConsumerParts,
  kind: DeadLetter['kind'],
  reason: DeadLetterReason,
  { envelope, message, handler, error, attempts, firstFailedAt, replayCount, attemptLog, keepOrder }: Failure,
): DeadLetter {
  const now = runtime.timestamp()
  const key = keepOrder && heldKeys !== undefined ? envelope?.partitionKey : undefined
  return {
    id: runtime.newId(),
    kind,
    status: 'new',
    reason,
    message,
    messageId: envelope?.id,
    type: envelope?.type,
    tenantId: envelope?.tenantId,
    consumer: consumerName(group, handler),
    handler,
    service,
    error: toDeadLetterError(error, reason),
    attempts,
    firstFailedAt: firstFailedAt ?? now,
    failedAt: now,
    replayCount,
    ...(attemptLog && { attemptLog }),
    ...(key !== undefined && { holds: { group, key } }),
  }
}
