import type { ConsumerParts, Task } from './consumer-parts.js'
import type { HeldKeys } from './held-keys.js'

/** Whether the key of a message may be held. What is ahead has waited, or is what the others wait for. */
export function isKeyed({ heldKeys }: ConsumerParts, { envelope, ahead }: Task): boolean {
  return heldKeys !== undefined && envelope.partitionKey !== undefined && ahead !== true
}

/** Puts a message that {@link isKeyed} behind the dead letter of its key, where there is one. */
export function park({ heldKeys, group }: ConsumerParts, task: Task, transaction: unknown): Promise<'free' | 'parked'> {
  const { envelope, handler, message, attempt, firstFailedAt, replayCount } = task
  const redelivery = { group, handler: handler.name, message, attempt, firstFailedAt, replayCount }
  const key = envelope.partitionKey as string
  return (heldKeys as HeldKeys).park(
    { group, key, handler: handler.name, messageId: envelope.id, redelivery },
    transaction,
  )
}
