import type { ReceivedMessage } from '../transport/transport.js'
import type { DeadLetter, DeadLetterReason, DeadLetterStatus } from './dead-letters.js'

/** Which letters are meant: those that match every field that is given. */
export interface DeadLetterFilter {
  readonly id?: string
  readonly kind?: DeadLetter['kind']
  readonly status?: DeadLetterStatus
  readonly reason?: DeadLetterReason
  readonly consumer?: string
  readonly type?: string
  readonly messageId?: string
  readonly tenantId?: string
  /** A group of {@link DeadLetterGroups}. */
  readonly fingerprint?: string
  /** Failed at this time or later, RFC 3339. */
  readonly from?: string
  /** Failed before this time, RFC 3339. */
  readonly until?: string
}

export interface DeadLetterPageQuery extends DeadLetterFilter {
  /** From 1 to 1000. @default 100 */
  readonly limit?: number
  /** What the page before has as `next`. @default the first page */
  readonly cursor?: string
}

export interface DeadLetterPage {
  /** Youngest first. */
  readonly letters: readonly DeadLetter[]
  /** The cursor of the page behind this one; `undefined` on the last. */
  readonly next: string | undefined
}

/** Letters page by page. A cursor names a place between two letters: what is added meanwhile moves nothing behind it. */
export interface DeadLetterPages {
  /** @throws GULO_DEAD_LETTER_REQUEST */
  page(query?: DeadLetterPageQuery): Promise<DeadLetterPage>
  /** How many letters match, by status. */
  count(filter?: DeadLetterFilter): Promise<Readonly<Record<DeadLetterStatus, number>>>
}

/** Letters of one cause: the same error, in the same consumer, on the same type of message. */
export interface DeadLetterGroup {
  readonly fingerprint: string
  readonly count: number
  /** RFC 3339: when the first and the last of them failed. */
  readonly firstFailedAt: string
  readonly failedAt: string
  /** The youngest of them. */
  readonly sample: DeadLetter
}

export interface DeadLetterGroupQuery extends DeadLetterFilter {
  /** From 1 to 1000. @default 100 */
  readonly limit?: number
}

/** Letters by cause. */
export interface DeadLetterGroups {
  /** The group that failed last first. @throws GULO_DEAD_LETTER_REQUEST */
  groups(query?: DeadLetterGroupQuery): Promise<readonly DeadLetterGroup[]>
}

/** Who does something, and why. */
export interface Operator {
  /** The name of a person or program, as the application knows it. */
  readonly actor: string
  readonly reason?: string
}

/** Something that was done with a letter. */
export interface DeadLetterDeed {
  readonly action: 'edited' | 'discarded' | 'restored' | 'replayed' | 'replay-failed'
  /** RFC 3339. */
  readonly at: string
  readonly actor: string
  readonly reason: string | undefined
  /** The number of the revision, what failed, and the like. */
  readonly details: Readonly<Record<string, unknown>>
}

/** The new body, the new headers, or both; what is not given stays as it was. */
export interface DeadLetterEdit {
  readonly body?: Uint8Array | null
  readonly headers?: ReceivedMessage['headers']
}

/** Changes that people make, each told in the history of the letter. */
export interface DeadLetterChanges {
  /** Adds a revision to a letter that is `new`; answers the letter, `undefined` when there is no such one. */
  edit(id: string, edit: DeadLetterEdit, by: Operator): Promise<DeadLetter | undefined>
  /** Discards letters that are `new`, no more than `limit`; answers how many. */
  discard(filter: DeadLetterFilter, limit: number, by: Operator): Promise<number>
  /** Makes discarded letters `new` again, no more than `limit`; answers how many. */
  restore(filter: DeadLetterFilter, limit: number, by: Operator): Promise<number>
  /** What was done with a letter, in its order. */
  history(id: string): Promise<readonly DeadLetterDeed[]>
}

export interface DeadLetterClaim {
  /** Who claims: the same one gets again what it has. */
  readonly owner: string
  /** How long the letters are kept from others, in milliseconds. */
  readonly forMs: number
}

export interface DeadLetterBatch {
  readonly limit: number
  /** Only letters that failed after the one of this cursor. */
  readonly after?: string | undefined
  /** Only letters up to the one of this cursor. */
  readonly upTo?: string | undefined
}

/** Hands letters to one operator at a time. */
export interface DeadLetterClaims {
  /**
   * Takes letters in one step, oldest first, and makes them `replaying`: of two that ask at once, each gets others. Without
   * a status those that are `new`, or whose claim has run out.
   */
  claim(filter: DeadLetterFilter, batch: DeadLetterBatch, claim: DeadLetterClaim): Promise<readonly DeadLetter[]>
  /** Keeps what the owner has for longer. */
  renew(claim: DeadLetterClaim): Promise<void>
  /**
   * Ends a claim: the letter is `replayed`, or `new` again after an error. Answers the letter; `undefined` when the owner
   * has lost it to another.
   */
  settle(id: string, owner: string, outcome: DeadLetterOutcome, by: Operator): Promise<DeadLetter | undefined>
}

export type DeadLetterOutcome = { readonly ok: true } | { readonly ok: false; readonly error: string }

/** Everything a store may be able to do with its letters. */
export type DeadLetterAbilities = DeadLetterPages & DeadLetterGroups & DeadLetterChanges & DeadLetterClaims
