import type { ReceivedMessage } from '../transport/transport.js'
import type { FailedAttempt } from './dead-letters.js'

/** A message that goes to one handler once more: because it is tried again later, or replayed from the dead letters. */
export interface Redelivery {
  readonly group: string
  /** `undefined` for every handler of the message: it failed before one was chosen. */
  readonly handler: string | undefined
  readonly message: ReceivedMessage
  /** The number of the coming attempt, from 1. */
  readonly attempt: number
  /** RFC 3339; `undefined` when it has not failed yet. */
  readonly firstFailedAt: string | undefined
  /** How often it has been replayed from the dead letters. */
  readonly replayCount: number
  /** Whether it goes before what waits behind a dead letter of its key: its turn has come. @default false */
  readonly ahead?: boolean
  /** The attempts that have failed. @default none */
  readonly attemptLog?: readonly FailedAttempt[] | undefined
}

/** Keeps a redelivery until its delay has passed. */
export type RetryLater = (redelivery: Redelivery, delayMs: number) => Promise<void>
