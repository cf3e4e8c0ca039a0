import type { DeadLetterClaim } from './dead-letter-ports.js'
import type { HeldKey } from './dead-letters.js'
import type { Redelivery } from './redelivery.js'

/** A message for one handler that may have to wait. */
export interface KeyedMessage extends HeldKey {
  readonly handler: string
  readonly messageId: string
  readonly redelivery: Redelivery
}

/** Keeps later messages of a key behind a dead letter that `holds` it, in their order. */
export interface HeldKeys {
  /**
   * Answers `free` where the key is not held, or is held by this message for another of its handlers: it is to be handled.
   * Else it is kept behind those that wait already, once, or its own letter is there: then it is settled. Part of
   * `transaction` where one is given: until that ends, the key is not let go.
   */
  park(message: KeyedMessage, transaction?: unknown): Promise<'free' | 'parked'>
}

/** A message that has waited. */
export interface ParkedMessage {
  readonly id: string
  readonly redelivery: Redelivery
}

/** Gives back what waits, key by key, to one releaser at a time. */
export interface HeldKeyQueue {
  /** Takes keys of these groups that no letter holds any more and that nobody else has in hand. */
  claim(groups: readonly string[], limit: number, claim: DeadLetterClaim): Promise<readonly HeldKey[]>
  /** Keeps what the owner has for longer. */
  renew(claim: DeadLetterClaim): Promise<void>
  /** The message that waits longest; `undefined` when there is none, a letter holds the key anew, or the claim is lost. */
  next(key: HeldKey, owner: string): Promise<ParkedMessage | undefined>
  /** Forgets a message that is settled. */
  forget(key: HeldKey, id: string): Promise<void>
  /** Gives up the claim; answers whether the key is free again, which it is when neither letters nor messages are left. */
  release(key: HeldKey, owner: string): Promise<boolean>
}
