import type { ReceivedMessage } from '../transport/transport.js'

/** Why a message was set aside. */
export type DeadLetterReason =
  | 'retries-exhausted'
  | 'non-retryable'
  | 'poison'
  | 'deserialization'
  | 'schema'
  | 'unknown-type'
  | 'expired'
  | 'publish-failed'

/** `replaying` while somebody has it in hand; an operator who vanished loses it after a while. */
export type DeadLetterStatus = 'new' | 'replaying' | 'replayed' | 'discarded'

/** A message that was set aside, exactly as it was received, and what is known of its failure. */
export interface DeadLetter {
  readonly id: string
  /** `quarantine` holds what can do harm: undecodable bytes, broken contracts, poison. */
  readonly kind: 'dead-letter' | 'quarantine'
  readonly status: DeadLetterStatus
  readonly reason: DeadLetterReason
  readonly message: ReceivedMessage
  /** Id and type of the envelope, where it could be decoded. */
  readonly messageId: string | undefined
  readonly type: string | undefined
  readonly tenantId: string | undefined
  /** The consumer that failed: group and, for one of several handlers, the handler; `publisher` where nothing was consumed. */
  readonly consumer: string
  readonly handler: string | undefined
  readonly service: string
  readonly error: DeadLetterError
  readonly attempts: number
  /** RFC 3339. */
  readonly firstFailedAt: string
  /** RFC 3339. */
  readonly failedAt: string
  readonly replayCount: number
  /** The failed attempts of which something is known, the last ones at most. */
  readonly attemptLog?: readonly FailedAttempt[]
  /** The key whose later messages wait until this letter is replayed or discarded. @default none: they go on */
  readonly holds?: HeldKey
  /** What is replayed instead of the message, where somebody has edited it; `message` stays as it was received. */
  readonly revised?: DeadLetterRevision
}

/** A key of one consumer group. */
export interface HeldKey {
  readonly group: string
  readonly key: string
}

/** One attempt that failed. */
export interface FailedAttempt {
  /** Counted from 1. */
  readonly attempt: number
  /** When it had failed, RFC 3339. */
  readonly at: string
  readonly code: string
  /** At most 512 characters. */
  readonly message: string
  /** How long it took, in milliseconds; `undefined` where nobody looked at the clock. */
  readonly durationMs: number | undefined
}

/** A message as an operator has mended it. */
export interface DeadLetterRevision {
  /** Counted from 1. */
  readonly revision: number
  readonly body: Uint8Array | null
  readonly headers: ReceivedMessage['headers']
}

/** The error contract: what is told of an error beyond the process. */
export interface DeadLetterError {
  readonly code: string
  readonly type: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
  /** At most 8192 characters. */
  readonly stack: string | undefined
}

/** Takes messages that are set aside: a store, or a topic of the broker. */
export interface DeadLetterSink {
  /** Resolves once the letter is stored; a rejection makes the broker keep the message. */
  add(letter: DeadLetter): Promise<void>
}

/** Where messages are set aside until somebody looks at them. */
export interface DeadLetters extends DeadLetterSink {
  /** The letters that match, youngest first. */
  find(query?: DeadLetterQuery): Promise<readonly DeadLetter[]>
  /** Sets the status of a letter. @throws GULO_DEAD_LETTER_UNKNOWN */
  mark(id: string, status: DeadLetterStatus): Promise<DeadLetter>
}

export interface DeadLetterQuery {
  readonly id?: string
  readonly kind?: DeadLetter['kind']
  readonly status?: DeadLetterStatus
  readonly consumer?: string
  readonly type?: string
  readonly messageId?: string
  /** @default 100 */
  readonly limit?: number
}
