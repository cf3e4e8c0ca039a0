import { createCodec } from '../codec/codecs.js'
import { createDecoder } from '../codec/detect.js'
import type { Envelope } from '../message/envelope.js'
import type { KeepUnsent, Unsent } from '../publishing/unsent.js'
import type { Runtime } from '../runtime/runtime.js'
import { createRuntime } from '../runtime/runtime.js'
import type { ReceivedMessage } from '../transport/transport.js'
import { toDeadLetterError } from './dead-letter-error.js'
import type { DeadLetter, DeadLetterSink } from './dead-letters.js'

export interface UnsentLettersOptions {
  /** Named in the letters. */
  readonly service: string
  /** @default time and chance of the machine */
  readonly runtime?: Runtime
}

// What was too much for the broker is not to be too much for the dead letters.
const LIMITS = { maxBytes: Number.MAX_SAFE_INTEGER, maxHeaderBytes: Number.MAX_SAFE_INTEGER }
const codec = createCodec('cloudevents-binary', LIMITS)
const decode = createDecoder({ ...LIMITS, maxHeaders: Number.MAX_SAFE_INTEGER })

/** Keeps events that could not be published among the dead letters, from where a service replays them. */
export function toDeadLetters(
  deadLetters: DeadLetterSink,
  { service, runtime = createRuntime() }: UnsentLettersOptions,
): KeepUnsent {
  return async (unsent) => {
    const lost: Unsent[] = []
    // One after another, so that they are found in the order they were to be published in.
    for (const each of unsent) {
      try {
        await deadLetters.add(letterOf(each, service, runtime))
      } catch (error) {
        lost.push({ envelope: each.envelope, error })
      }
    }
    return lost
  }
}

/** The envelope of a letter that was kept because it could not be published. */
export function unsentEnvelope({ message }: DeadLetter): Envelope {
  return { ...decode(message), topic: message.topic, partition: message.partition }
}

/** Whether a letter is one of an event that could not be published. */
export function isUnsent({ reason }: DeadLetter): boolean {
  return reason === 'publish-failed'
}

function letterOf({ envelope, error }: Unsent, service: string, runtime: Runtime): DeadLetter {
  const now = runtime.timestamp()
  return {
    id: runtime.newId(),
    kind: 'dead-letter',
    status: 'new',
    reason: 'publish-failed',
    message: messageOf(envelope),
    messageId: envelope.id,
    type: envelope.type,
    tenantId: envelope.tenantId,
    consumer: 'publisher',
    handler: undefined,
    service,
    error: toDeadLetterError(error, 'publish-failed'),
    attempts: 1,
    firstFailedAt: now,
    failedAt: now,
    replayCount: 0,
  }
}

function messageOf(envelope: Envelope): ReceivedMessage {
  const { topic, partition, partitionKey, aggregateId } = envelope
  return {
    topic,
    partition,
    offset: undefined,
    queue: undefined,
    timestamp: undefined,
    redeliveries: undefined,
    key: partitionKey ?? aggregateId,
    ...codec.encode(envelope),
  }
}
