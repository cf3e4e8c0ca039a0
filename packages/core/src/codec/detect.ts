import { fault } from '../faults.js'
import type { Envelope } from '../message/envelope.js'
import type { ReceivedMessage } from '../transport/transport.js'

/** Reads a message of any known wire format. */
export function decode(message: ReceivedMessage): Envelope {
  throw fault('GULO_ENVELOPE_UNKNOWN', { topic: message.topic })
}
