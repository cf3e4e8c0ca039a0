import type { Envelope } from '../message/envelope.js'
import type { ReceivedMessage } from '../transport/transport.js'
import type { FailedAttempt } from './dead-letters.js'

/** What is known of the failure of one message. */
export interface Failure {
  readonly envelope: Envelope | undefined
  readonly message: ReceivedMessage
  readonly handler: string | undefined
  readonly error: unknown
  readonly attempts: number
  readonly firstFailedAt: string | undefined
  readonly replayCount: number
  readonly attemptLog?: readonly FailedAttempt[] | undefined
  /** Whether later messages of its key are to wait. */
  readonly keepOrder?: boolean
}

/** The name under which inbox, attempts and dead letters know one handler of a group. */
export function consumerName(group: string, handler: string | undefined): string {
  return handler === undefined ? group : `${group}/${handler}`
}
