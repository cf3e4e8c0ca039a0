import type { Codec } from '../codec/codec.js'
import { type GuloError, isRetryable, reasonOf } from '../errors.js'
import { fault } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import type { MemoryFaults } from './memory-faults.js'
import type { OutgoingMessage } from './transport.js'

/** Stores every envelope that can be written, in order. @throws GULO_NOT_STORED with the others as `details.unsent` */
export function storeAll(
  envelopes: readonly Envelope[],
  codec: Codec,
  faults: MemoryFaults,
  append: (message: Omit<OutgoingMessage, 'type'>) => void,
): void {
  const refusal = faults.takeRefusal()
  if (refusal) throw notStored(envelopes, refusal.error)
  const unwritable: Envelope[] = []
  const failures: unknown[] = []
  for (const envelope of envelopes) {
    try {
      append({ ...codec.encode(envelope), ...placeOf(envelope) })
    } catch (error) {
      unwritable.push(envelope)
      failures.push(error)
    }
  }
  if (unwritable.length > 0) throw notStored(unwritable, failures[0], failures)
  const lost = faults.takeLostConfirm()
  if (lost) throw notStored(envelopes, lost.error)
}

function placeOf({ topic, partitionKey, aggregateId, partition }: Envelope) {
  return { topic, key: partitionKey ?? aggregateId, partition }
}

function notStored(
  unsent: readonly Envelope[],
  error: unknown,
  failures: readonly unknown[] = unsent.map(() => error),
): GuloError {
  const told = {
    count: unsent.length,
    reason: reasonOf(error),
    unsent,
    failures,
    retryable: failures.some(isRetryable),
  }
  return fault('GULO_NOT_STORED', told, error)
}
