import { anyError, type FailurePolicy, failurePolicy, isRetryable, onError } from '@gulo/core'
import type { EnvReader } from './env-reader.js'
import { SUFFIX } from './ranges.js'

/** What becomes of messages that cannot be handled; for the service, which decides it. */
export interface DeadLetterRules {
  readonly policy?: FailurePolicy
  /** KAFKA_DLQ_SUFFIX. */
  readonly deadLetterSuffix?: string
}

const MOST_ATTEMPTS = 100

/** What KAFKA_MAX_ATTEMPTS, KAFKA_DLQ_ENABLED and KAFKA_DLQ_SUFFIX say. */
export function deadLetterRulesFrom(env: EnvReader): DeadLetterRules {
  const known = env.faults.length
  const attempts = attemptsFrom(env)
  const enabled = env.flag('KAFKA_DLQ_ENABLED')
  const suffix = suffixFrom(env)
  const isDefault = attempts === undefined && enabled !== false
  const policy = isDefault || env.faults.length > known ? {} : { policy: policyOf(attempts ?? 3, enabled ?? true) }
  return { ...policy, ...(suffix === undefined ? {} : { deadLetterSuffix: suffix }) }
}

function attemptsFrom(env: EnvReader): number | undefined {
  const text = env.text('KAFKA_MAX_ATTEMPTS')
  if (text === undefined) return undefined
  const attempts = /^\d+$/.test(text) ? Number(text) : 0
  if (attempts >= 1 && attempts <= MOST_ATTEMPTS) return attempts
  return env.refuse(`KAFKA_MAX_ATTEMPTS is "${text}"; expected a whole number from 1 to ${MOST_ATTEMPTS}.`)
}

function suffixFrom(env: EnvReader): string | undefined {
  const text = env.text('KAFKA_DLQ_SUFFIX')
  if (text === undefined || SUFFIX.test(text)) return text
  return env.refuse(`KAFKA_DLQ_SUFFIX is "${text}"; expected a dot, dash or underscore and what a topic may be named.`)
}

function policyOf(attempts: number, enabled: boolean): FailurePolicy {
  if (enabled) return failurePolicy(anyError().retry(attempts).deadLetter())
  const hopeless = { words: 'an error that is not retryable', matches: (error: unknown) => !isRetryable(error) }
  return failurePolicy(onError(hopeless).discard(), anyError().retry(attempts).discard())
}
