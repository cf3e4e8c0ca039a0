import { isRetryable } from '../errors.js'
import { fault } from '../faults.js'
import { sleep } from '../runtime/clock.js'
import type { ConsumerParts, Task } from './consumer-parts.js'
import { consumerName, type Failure } from './failure.js'
import { defaultFailurePolicy } from './failure-policy.js'
import type { Verdict } from './failure-stage.js'
import { setAside } from './set-aside.js'

/** Does what the policy says; answers whether the message is settled. */
export async function follow(parts: ConsumerParts, task: Task, failure: Failure): Promise<boolean> {
  const { runtime, observer, retryLater, stopping } = parts
  const { error, attempts: number } = failure
  const { envelope } = task
  const consumer = consumerName(parts.group, task.handler.name)
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
      const { firstFailedAt, attemptLog } = failure
      const again = {
        group: parts.group,
        handler: handler.name,
        message,
        attempt: number + 1,
        firstFailedAt,
        replayCount,
        ...(attemptLog && { attemptLog }),
      }
      await retryLater(again, verdict.delayMs)
      observer?.({ kind: 'rescheduled', envelope, consumer, delayMs: verdict.delayMs, error })
      return true
    }
    case 'forward':
      await parts.retryTopics?.put(failure, verdict.stage, verdict.delayMs)
      observer?.({ kind: 'rescheduled', envelope, consumer, delayMs: verdict.delayMs, error })
      return true
    case 'discard':
      observer?.({ kind: 'ignored', envelope, group: parts.group, reason: 'discarded' })
      return true
    case 'dead-letter':
      await setAside(parts, 'dead-letter', isRetryable(error) ? 'retries-exhausted' : 'non-retryable', {
        ...failure,
        ...(verdict.keepOrder && { keepOrder: true }),
      })
      return true
    case 'quarantine':
      await setAside(parts, 'quarantine', isRetryable(error) ? 'retries-exhausted' : 'non-retryable', failure)
      return true
  }
}

const ACTIONS = new Set<unknown>(['retry', 'pause', 'reschedule', 'discard', 'dead-letter', 'quarantine'])

// A policy that fails must not make a message go round for ever.
function decide(parts: ConsumerParts, error: unknown, attempts: number): Verdict {
  const { policy, runtime, logger, group } = parts
  try {
    const verdict = policy.decide(error, attempts, runtime.random)
    if (ACTIONS.has(verdict?.action) || isRead(parts, verdict)) return verdict
    logger.error(`the failure policy of ${group} decided nothing; the default one decides`, verdict)
  } catch (thrown) {
    logger.error(`the failure policy of ${group} has itself failed; the default one decides`, thrown)
  }
  return defaultFailurePolicy.decide(error, attempts, runtime.random)
}

// A retry topic that nobody reads would keep the message for ever.
function isRead({ retryTopics }: ConsumerParts, verdict: Verdict): boolean {
  if (verdict?.action !== 'forward' || retryTopics === undefined) return false
  return Number.isInteger(verdict.stage) && verdict.stage >= 1 && verdict.stage <= retryTopics.count
}
