import type { Consumer } from '../consuming/consumer.js'
import type { DeadLetter, DeadLetters } from '../consuming/dead-letters.js'
import { fault } from '../faults.js'
import { describeValue } from '../message/message.js'

/** Gives a dead letter to the handler that failed, under the same message id, and marks it when that is settled. */
export async function replay(
  deadLetters: DeadLetters | undefined,
  consumers: readonly Consumer[],
  id: string,
): Promise<DeadLetter> {
  // A query without an id would find any letter.
  if (typeof id !== 'string') throw fault('GULO_DEAD_LETTER_UNKNOWN', { id: describeValue(id) })
  const [letter] = (await deadLetters?.find({ id })) ?? []
  if (deadLetters === undefined || letter === undefined) throw fault('GULO_DEAD_LETTER_UNKNOWN', { id })
  const group = letter.handler === undefined ? letter.consumer : letter.consumer.slice(0, -(letter.handler.length + 1))
  const consumer = consumers.find((each) => each.group === group)
  if (consumer === undefined) throw fault('GULO_REPLAY_NO_CONSUMER', { id, consumer: letter.consumer })
  await consumer.redeliver({
    group,
    handler: letter.handler,
    message: letter.message,
    attempt: 1,
    firstFailedAt: letter.firstFailedAt,
    replayCount: letter.replayCount + 1,
  })
  return deadLetters.mark(letter.id, 'replayed')
}
