import type { DeadLetterAbilities, DeadLetters } from '@gulo/core'

/** What a suite needs to try what a store can do with its letters. There are none at first. */
export interface DeadLetterAbilitiesDriver {
  readonly deadLetters: DeadLetters & DeadLetterAbilities
  /** Lets so much time pass, in milliseconds, as claims run out by. */
  advance?(ms: number): Promise<void> | void
  dispose?(): Promise<void> | void
}
