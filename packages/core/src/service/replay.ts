import type { Consumer } from '../consuming/consumer.js'
import type { DeadLetter } from '../consuming/dead-letters.js'
import { isUnsent, unsentEnvelope } from '../consuming/unsent-letters.js'
import { fault } from '../faults.js'
import type { Publisher } from '../transport/transport.js'

/** Gives a dead letter to the handler that failed, or publishes what could not be published, under the same message id. */
export async function sendAgain(
  consumers: readonly Consumer[],
  publisher: Publisher | undefined,
  letter: DeadLetter,
): Promise<void> {
  const { revised } = letter
  const message = revised ? { ...letter.message, body: revised.body, headers: revised.headers } : letter.message
  if (isUnsent(letter)) await publishAgain(publisher, { ...letter, message })
  else await redeliver(consumers, { ...letter, message })
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
    ahead: true,
    ...(letter.attemptLog && { attemptLog: letter.attemptLog }),
  })
}
