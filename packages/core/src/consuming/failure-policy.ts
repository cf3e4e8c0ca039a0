import { isRetryable } from '../errors.js'
import { fault } from '../faults.js'
import type { Random } from '../runtime/random.js'
import { exponential } from './backoff.js'
import { anyError, type FailureRule, onError } from './failure-rule.js'
import type { Verdict } from './failure-stage.js'

/** Decides what happens to a message whose handler has failed. A value: it can be shared, printed and tested. */
export interface FailurePolicy {
  /** What to do after attempt number `attempt` (from 1) has failed with `error`. */
  decide(error: unknown, attempt: number, random: Random): Verdict
  /** The longest time that a message is tried for, in milliseconds. */
  readonly longestMs: number
  /** Whether later messages of a key may pass one that is tried again. */
  readonly reorders: boolean
  /** Whether it needs a schedule to try again later. @default reorders */
  readonly schedules?: boolean
  /** Whether later messages of a key may have to wait behind a dead letter. @default false */
  readonly keepsOrder?: boolean
  /** How many retry topics each topic needs beside it: the highest `stage` it decides. @default 0 */
  readonly retryTopics?: number
  /** The rules in words, in the order they are tried. */
  describe(): readonly string[]
}

/** The rule for errors that say of themselves that no retry can help. */
const nonRetryable = onError({ words: 'an error that is not retryable', matches: (error) => !isRetryable(error) })

/**
 * A policy of rules, first match first. After them come: errors marked `retryable: false` are dead-lettered at once, and
 * any other error has 3 attempts, waiting 100 ms·2ⁿ with full jitter.
 * @throws GULO_POLICY_INVALID
 */
export function failurePolicy(...rules: readonly FailureRule[]): FailurePolicy {
  if (rules.some((rule) => !isRule(rule))) {
    throw fault('GULO_POLICY_INVALID', { wrong: 'a rule was not made by onError or anyError' })
  }
  const isGeneral = (rule: FailureRule) => rule.general
  const ordered = [
    ...rules.filter((rule) => !isGeneral(rule)),
    // Where any error keeps the order, so does this one: it is set aside sooner, that is all.
    nonRetryable.deadLetter({ keepOrder: rules.find(isGeneral)?.keepsOrder ?? false }),
    ...rules.filter(isGeneral),
    anyError().retry(3, exponential()).deadLetter(),
  ]
  const [reorders, keepsOrder] = [ordered.some((rule) => rule.reorders), ordered.some((rule) => rule.keepsOrder)]
  if (reorders && keepsOrder) {
    throw fault('GULO_POLICY_INVALID', {
      wrong: 'deadLetter({ keepOrder: true }) stands beside schedule or retryTopics, which let messages pass',
    })
  }
  return {
    longestMs: Math.max(...ordered.map((rule) => rule.longestMs())),
    reorders,
    keepsOrder,
    schedules: ordered.some((rule) => rule.schedules),
    retryTopics: Math.max(...ordered.map((rule) => rule.retryTopicCount)),
    decide: (error, attempt, random) =>
      (ordered.find((rule) => rule.matches(error)) as FailureRule).decide(attempt, random),
    describe: () => ordered.slice(0, ordered.findIndex(isGeneral) + 1).map((rule) => rule.describe()),
  }
}

// By what it can do: another installed copy of this package has another class.
function isRule(rule: Partial<FailureRule> | null | undefined): boolean {
  return (
    typeof rule?.matches === 'function' && typeof rule.decide === 'function' && typeof rule.longestMs === 'function'
  )
}

/** Three attempts in place, then the dead letters; what no retry can help goes there at once. */
export const defaultFailurePolicy = failurePolicy()

/** Whether a policy needs a schedule. */
export function needsSchedule({ schedules, reorders }: FailurePolicy): boolean {
  return schedules ?? reorders
}
