import type { Consumer } from '../consuming/consumer.js'
import type { DeadLetter, DeadLetters } from '../consuming/dead-letters.js'
import { isUnsent, unsentEnvelope } from '../consuming/unsent-letters.js'
import { fault } from '../faults.js'
import { describeValue } from '../message/message.js'
import type { Publisher } from '../transport/transport.js'

/**
 * Gives a dead letter to the handler that failed, or publishes what could not be published, under the same message id; marks
 * it when that is settled.
 */
export async function replay(
  deadLetters: DeadLetters | undefined,
  consumers: readonly Consumer[],
  publisher: Publisher | undefined,
  id: string,
): Promise<DeadLetter> {
  // A query without an id would find any letter.
  if (typeof id !== 'string') throw fault('GULO_DEAD_LETTER_UNKNOWN', { id: describeValue(id) })
  const [letter] = (await deadLetters?.find({ id })) ?? []
  if (deadLetters === undefined || letter === undefined) throw fault('GULO_DEAD_LETTER_UNKNOWN', { id })
  if (isUnsent(letter)) await publishAgain(publisher, letter)
  else await redeliver(consumers, letter)
  return deadLetters.mark(letter.id, 'replayed')
}

async function publishAgain(publisher: Publisher | undefined, letter: DeadLetter): Promise<void> {
  if (publisher === undefined) throw fault('GULO_NO_PUBLISHER', { operation: 'Publishing a dead letter again' })
  await publisher.publish([unsentEnvelope(letter)])
}

function redeliver(consumers: readonly Consumer[], letter: DeadLetter): Promise<void> {
  const group = letter.handler === undefined ? letter.consumer : letter.consumer.slice(0, -(letter.handler.length + 1))
  const consumer = consumers.find((each) => each.group === group)
  if (consumer === undefined) throw fault('GULO_REPLAY_NO_CONSUMER', { id: letter.id, consumer: letter.consumer })
  return consumer.redeliver({
    group,
    handler: letter.handler,
    message: letter.message,
    attempt: 1,
    firstFailedAt: letter.firstFailedAt,
    replayCount: letter.replayCount + 1,
  })
}
