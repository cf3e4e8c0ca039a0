import type { Forwarder, OutgoingMessage } from '../transport/transport.js'
import { deadLetterHeaders } from './dead-letter-headers.js'
import type { DeadLetter, DeadLetterSink } from './dead-letters.js'

/** Sets messages aside in topics beside their own: `<topic>.dlq`, or with the suffix of the forwarder, and `<topic>.quarantine`. */
export class BrokerDeadLetters implements DeadLetterSink {
  constructor(private readonly forwarder: Forwarder) {}

  add(letter: DeadLetter): Promise<void> {
    return this.forwarder.forward([toOutgoing(letter, this.forwarder.deadLetterSuffix ?? '.dlq')])
  }
}

/** The message exactly as it was received, with the `dlq-*` headers beside its own. */
function toOutgoing(letter: DeadLetter, deadLetterSuffix: string): OutgoingMessage {
  const { topic, key, body, headers } = letter.message
  const suffix = letter.kind === 'quarantine' ? '.quarantine' : deadLetterSuffix
  return {
    topic: `${topic}${suffix}`,
    type: letter.type,
    key,
    body,
    headers: { ...headers, ...deadLetterHeaders(letter) },
  }
}
