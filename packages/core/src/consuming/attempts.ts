import { isRetryable } from '../errors.js'
import { fault } from '../faults.js'
import { sleep } from '../runtime/clock.js'
import { type ConsumerParts, consumerName, type Failure, type Task } from './consumer-parts.js'
import { defaultFailurePolicy } from './failure-policy.js'
import type { Verdict } from './failure-rule.js'
import { handleOnce } from './handle-once.js'
import { setAside } from './set-aside.js'

/**
 * Tries one handler until the message is settled: handled, rescheduled, discarded or set aside. Rejects only when the
 * broker is to deliver again: the service stops, the handler is disabled, or there is no place to set the message aside.
 */
export async function attempt(parts: ConsumerParts, task: Task): Promise<void> {
  const consumer = consumerName(parts.group, task.handler.name)
  let firstFailedAt = task.firstFailedAt
  for (let number = task.attempt; ; number++) {
    await parts.gate.pass(parts.stopping)
    checkRunning(parts, task)
    const outcome = await tryOnce(parts, task, consumer, number)
    if (outcome.ok) return
    firstFailedAt ??= parts.runtime.timestamp()
    const { envelope, message, handler, replayCount } = task
    const { error } = outcome
    const failure = { envelope, message, handler: handler.name, error, attempts: number, firstFailedAt, replayCount }
    if (await follow(parts, task, consumer, failure)) return
  }
}

type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: unknown }

/** One attempt, counted before it starts, so that a message that ends the process is found out. */
async function tryOnce(parts: ConsumerParts, task: Task, consumer: string, number: number): Promise<Outcome> {
  const { envelope } = task
  const unfinished = (await parts.attemptLog?.begin(consumer, envelope.id)) ?? 1
  if (unfinished > parts.maxUnfinishedAttempts) {
    await quarantinePoison(parts, task, consumer, unfinished - 1)
    await parts.attemptLog?.end(consumer, envelope.id)
    return { ok: true }
  }
  let outcome: Outcome = { ok: true }
  try {
    const done = await handleOnce(parts, task, consumer, number)
    if (done === 'duplicate') parts.observer?.({ kind: 'duplicate', envelope, consumer })
    else parts.observer?.({ kind: 'handled', envelope, consumer, attempt: number })
  } catch (error) {
    outcome = { ok: false, error }
  }
  await parts.attemptLog?.end(consumer, envelope.id)
  const holdMs = parts.breaker?.count(!outcome.ok) ?? 0
  if (holdMs > 0) {
    parts.logger.warn(`the circuit breaker of ${parts.group} holds its messages for ${holdMs} ms`)
    parts.gate.close(holdMs)
  }
  return outcome
}

/** Does what the policy says; answers whether the message is settled. */
async function follow(parts: ConsumerParts, task: Task, consumer: string, failure: Failure): Promise<boolean> {
  const { runtime, observer, retryLater, stopping } = parts
  const { error, attempts: number } = failure
  const { envelope } = task
  const verdict = decide(parts, error, number)
  switch (verdict.action) {
    case 'retry':
      observer?.({ kind: 'retried', envelope, consumer, attempt: number, delayMs: verdict.delayMs, error })
      await sleep(runtime.clock, verdict.delayMs, stopping)
      return false
    case 'pause':
      observer?.({ kind: 'retried', envelope, consumer, attempt: number, delayMs: verdict.delayMs, error })
      parts.gate.close(verdict.delayMs)
      return false
    case 'reschedule': {
      if (retryLater === undefined) throw fault('GULO_SCHEDULE_UNAVAILABLE', { operation: 'A delayed retry' }, error)
      const { message, handler, replayCount } = task
      const { firstFailedAt } = failure
      const again = {
        group: parts.group,
        handler: handler.name,
        message,
        attempt: number + 1,
        firstFailedAt,
        replayCount,
      }
      await retryLater(again, verdict.delayMs)
      observer?.({ kind: 'rescheduled', envelope, consumer, delayMs: verdict.delayMs, error })
      return true
    }
    case 'discard':
      observer?.({ kind: 'ignored', envelope, group: parts.group, reason: 'discarded' })
      return true
    case 'dead-letter':
      await setAside(parts, 'dead-letter', isRetryable(error) ? 'retries-exhausted' : 'non-retryable', failure)
      return true
    case 'quarantine':
      await setAside(parts, 'quarantine', isRetryable(error) ? 'retries-exhausted' : 'non-retryable', failure)
      return true
  }
}

const ACTIONS = new Set<unknown>(['retry', 'pause', 'reschedule', 'discard', 'dead-letter', 'quarantine'])

// A policy that fails must not make a message go round for ever.
function decide({ policy, runtime, logger, group }: ConsumerParts, error: unknown, attempts: number): Verdict {
  try {
    const verdict = policy.decide(error, attempts, runtime.random)
    if (ACTIONS.has(verdict?.action)) return verdict
    logger.error(`the failure policy of ${group} decided nothing; the default one decides`, verdict)
  } catch (thrown) {
    logger.error(`the failure policy of ${group} has itself failed; the default one decides`, thrown)
  }
  return defaultFailurePolicy.decide(error, attempts, runtime.random)
}

function quarantinePoison(parts: ConsumerParts, task: Task, consumer: string, attempts: number): Promise<void> {
  const { envelope, message, handler, firstFailedAt, replayCount } = task
  const error = fault('GULO_POISON_MESSAGE', { messageId: envelope.id, attempts, consumer })
  return setAside(parts, 'quarantine', 'poison', {
    envelope,
    message,
    handler: handler.name,
    error,
    attempts,
    firstFailedAt,
    replayCount,
  })
}

function checkRunning(parts: ConsumerParts, { handler, event }: Task): void {
  if (parts.stopping.aborted) throw fault('GULO_STOPPED', { component: `The consumer ${parts.group}` })
  checkEnabled(handler, event)
}

/** @throws GULO_HANDLER_DISABLED */
export function checkEnabled({ enabled, name }: Task['handler'], event: Task['event']): void {
  if (!enabled) throw fault('GULO_HANDLER_DISABLED', { handler: name, message: event.constructor.name })
}
