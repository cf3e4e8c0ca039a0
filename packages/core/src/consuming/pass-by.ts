import type { ReceivedMessage } from '../transport/transport.js'
import type { ConsumerParts } from './consumer-parts.js'

/** Stores that a message is settled which no handler has stored as handled: it was set aside, discarded or put off. */
export async function passBy(
  { positions, publishing, mediator }: ConsumerParts,
  message: ReceivedMessage,
): Promise<void> {
  const context = mediator.createContext()
  await positions?.keep(message, async (advance) =>
    publishing?.joinable?.run(context, () => advance(context.transaction)),
  )
}
