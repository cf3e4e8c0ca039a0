import { GuloError } from '../errors.js'
import { fault } from '../faults.js'
import { type Duration, sayMs } from '../runtime/clock.js'
import type { Random } from '../runtime/random.js'
import { type Backoff, checkedMs, exponential } from './backoff.js'
import { decideStage, describeStage, type FailureStage, stageMs, topicsOf, type Verdict } from './failure-stage.js'

/** Which errors a rule is for. */
export interface FailureMatcher {
  readonly matches: (error: unknown) => boolean
  readonly words: string
  /** Whether it matches everything, so that its rule belongs last. */
  readonly general?: boolean
}

/** How a message ends whose stages are used up. */
export type FailureOutcome =
  | { readonly action: 'discard' | 'quarantine' }
  | { readonly action: 'dead-letter'; readonly keepOrder?: boolean }
  | { readonly action: 'pause'; readonly delayMs: number }

/** What happens to the messages of one kind of failure: stages in order, then an outcome. Each call makes a new rule. */
export class FailureRule {
  constructor(
    private readonly matcher: FailureMatcher,
    private readonly stages: readonly FailureStage[] = [],
    private readonly outcome: FailureOutcome = { action: 'dead-letter' },
  ) {}

  /** Tries in place, `attempts` times in all, waiting in between; later messages of the key wait too. */
  retry(attempts: number, backoff: Backoff = exponential()): FailureRule {
    if (!Number.isInteger(attempts) || attempts < 1) {
      throw fault('GULO_POLICY_INVALID', {
        wrong: `retry(${attempts}) counts all attempts, so it is a whole number above 0`,
      })
    }
    return this.with({ kind: 'retry', attempts, backoff })
  }

  /** Tries again after each of these delays, meanwhile letting other messages of the key pass: order is lost. */
  schedule(delays: readonly Duration[]): FailureRule {
    return this.with({ kind: 'schedule', delaysMs: checkedDelays('schedule', delays) })
  }

  /**
   * Tries again after each of these delays, which the message spends in the topics `<topic>.retry.<group>.1`, `.2` …
   * beside its own; meanwhile others of the key pass: order is lost.
   */
  retryTopics(delays: readonly Duration[]): FailureRule {
    return this.with({ kind: 'retry-topics', delaysMs: checkedDelays('retryTopics', delays) })
  }

  /**
   * Ends in the dead letters. With `keepOrder`, later messages of its key wait there until the letter is replayed or
   * discarded, and are then handled in their order. @default false
   */
  deadLetter({ keepOrder = false }: { readonly keepOrder?: boolean } = {}): FailureRule {
    return new FailureRule(this.matcher, this.stages, { action: 'dead-letter', ...(keepOrder && { keepOrder }) })
  }

  /** Ends in quarantine, for what can do harm. */
  quarantine(): FailureRule {
    return new FailureRule(this.matcher, this.stages, { action: 'quarantine' })
  }

  /** Ends by dropping the message; it is counted. */
  discard(): FailureRule {
    return new FailureRule(this.matcher, this.stages, { action: 'discard' })
  }

  /** Holds the whole subscription for so long, then tries again: for a failure that every message would meet. */
  pause(duration: Duration): FailureRule {
    return new FailureRule(this.matcher, this.stages, { action: 'pause', delayMs: checkedMs('pause', duration) })
  }

  matches(error: unknown): boolean {
    return this.matcher.matches(error)
  }

  /** What to do after attempt number `attempt` (from 1) has failed. */
  decide(attempt: number, random: Random): Verdict {
    return decideStage(this.stages, attempt, random) ?? this.outcome
  }

  /** The longest time from the first attempt to the last, without the attempts themselves. */
  longestMs(): number {
    return this.stages.reduce((total, stage) => total + stageMs(stage), 0)
  }

  /** Whether the rule is for every error, and so belongs last. */
  get general(): boolean {
    return this.matcher.general === true
  }

  /** Whether a stage lets later messages of a key pass. */
  get reorders(): boolean {
    return this.schedules || this.retryTopicCount > 0
  }

  /** Whether a stage needs a schedule. */
  get schedules(): boolean {
    return this.stages.some((stage) => stage.kind === 'schedule')
  }

  /** Whether later messages of a key wait behind a dead letter. */
  get keepsOrder(): boolean {
    return this.outcome.action === 'dead-letter' && this.outcome.keepOrder === true
  }

  /** How many retry topics its stages need. */
  get retryTopicCount(): number {
    return this.stages.reduce((total, stage) => total + topicsOf(stage), 0)
  }

  describe(): string {
    const words = [...this.stages.map(describeStage), describeOutcome(this.outcome)]
    return `on ${this.matcher.words}: ${words.join(', then ')}`
  }

  private with(stage: FailureStage): FailureRule {
    return new FailureRule(this.matcher, [...this.stages, stage], this.outcome)
  }
}

// biome-ignore lint/suspicious/noExplicitAny: an error class of any parameters
export type ErrorClass = abstract new (...parameters: any[]) => Error

/** Starts a rule for an error class, a code of a GuloError, or whatever `matches` says. */
export function onError(
  which: ErrorClass | string | { readonly matches: (error: unknown) => boolean; readonly words: string },
): FailureRule {
  if (typeof which === 'string')
    return new FailureRule({ words: which, matches: (error) => GuloError.is(error, which) })
  if (typeof which === 'function')
    return new FailureRule({ words: which.name, matches: (error) => error instanceof which })
  if (typeof which?.matches === 'function') return new FailureRule(which)
  throw fault('GULO_POLICY_INVALID', { wrong: 'onError takes an error class, a code, or { matches, words }' })
}

/** Starts the rule for every error that no other rule matches. */
export function anyError(): FailureRule {
  return new FailureRule({ words: 'any error', matches: () => true, general: true })
}

function checkedDelays(stage: string, delays: readonly Duration[]): readonly number[] {
  if (!Array.isArray(delays) || delays.length === 0)
    throw fault('GULO_POLICY_INVALID', { wrong: `${stage}([]) has no delay` })
  return delays.map((delay) => checkedMs(stage, delay))
}

function describeOutcome(outcome: FailureOutcome): string {
  if (outcome.action === 'pause') return `pause the subscription for ${sayMs(outcome.delayMs)} and try again`
  if (outcome.action === 'dead-letter' && outcome.keepOrder)
    return 'dead-letter, with later messages of its key waiting behind it'
  return outcome.action
}
