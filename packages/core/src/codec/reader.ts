import type { Envelope } from '../message/envelope.js'
import type { Incoming } from './incoming.js'

/** Reads one wire format. A foreign format is a reader of its own. */
export interface Reader {
  readonly name: string
  /** Whether the message is of this format; looks at as little as it can. */
  recognises(message: Incoming): boolean
  /** @throws GULO_ENVELOPE_INVALID or GULO_BODY_INVALID */
  read(message: Incoming): Envelope
}
