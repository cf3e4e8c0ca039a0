import { sayMs } from '../runtime/clock.js'
import type { Random } from '../runtime/random.js'
import type { Backoff } from './backoff.js'

/** What is to be done about a failed attempt. Deciding and doing are separate: the consumer does it. */
export type Verdict =
  | { readonly action: 'retry'; readonly delayMs: number }
  | { readonly action: 'reschedule'; readonly delayMs: number }
  /** Into the retry topic number `stage`, from 1. */
  | { readonly action: 'forward'; readonly stage: number; readonly delayMs: number }
  | { readonly action: 'pause'; readonly delayMs: number }
  | { readonly action: 'discard' | 'quarantine' }
  /** With `keepOrder`, later messages of its key wait behind it. */
  | { readonly action: 'dead-letter'; readonly keepOrder?: boolean }

/** One way of trying again. */
export type FailureStage =
  | { readonly kind: 'retry'; readonly attempts: number; readonly backoff: Backoff }
  | { readonly kind: 'schedule' | 'retry-topics'; readonly delaysMs: readonly number[] }

/** What the stages say after attempt number `attempt` (from 1) has failed; `undefined` when they are used up. */
export function decideStage(stages: readonly FailureStage[], attempt: number, random: Random): Verdict | undefined {
  let before = 0
  let topics = 0
  for (const stage of stages) {
    const within = attempt - before
    if (stage.kind === 'retry') {
      if (within < stage.attempts) return { action: 'retry', delayMs: stage.backoff.delayMs(within, random) }
      before += stage.attempts - 1
      continue
    }
    const delayMs = stage.delaysMs[within - 1]
    if (delayMs !== undefined && stage.kind === 'schedule') return { action: 'reschedule', delayMs }
    if (delayMs !== undefined) return { action: 'forward', stage: topics + within, delayMs }
    before += stage.delaysMs.length
    topics += topicsOf(stage)
  }
  return undefined
}

/** How many retry topics a stage needs. */
export function topicsOf(stage: FailureStage): number {
  return stage.kind === 'retry-topics' ? stage.delaysMs.length : 0
}

/** The longest time a stage takes, without the attempts themselves. */
export function stageMs(stage: FailureStage): number {
  const delays =
    stage.kind === 'retry'
      ? Array.from({ length: stage.attempts - 1 }, (_, index) => stage.backoff.longestMs(index + 1))
      : stage.delaysMs
  return delays.reduce((sum, delay) => sum + delay, 0)
}

export function describeStage(stage: FailureStage): string {
  if (stage.kind === 'retry') return `${stage.attempts} attempts in place, waiting ${stage.backoff.describe()}`
  const from = stage.kind === 'schedule' ? '' : ' from retry topics'
  return `again${from} after ${stage.delaysMs.map(sayMs).join(', ')}`
}
