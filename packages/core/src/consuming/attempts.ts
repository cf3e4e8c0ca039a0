import { fault } from '../faults.js'
import type { MessageContext } from '../message/context.js'
import { type EventCarrier, isEventCarrier } from '../message/result.js'
import { withAttempt } from './attempt-history.js'
import type { ConsumerParts, Task } from './consumer-parts.js'
import { consumerName, type Failure } from './failure.js'
import { follow } from './follow-policy.js'
import { createContext, type Done, handleOnce } from './handle-once.js'
import { setAside } from './set-aside.js'

/**
 * Tries one handler until the message is settled: handled, rescheduled, discarded or set aside. Answers `undefined` when
 * it is settled already. Throws or rejects only when the broker is to deliver again: the service stops, the handler is
 * disabled, or there is no place to set the message aside.
 */
export function attempt(parts: ConsumerParts, task: Task): Promise<void> | undefined {
  const { attemptLog, gate, inbox, publishing, handlerTimeoutMs, heldKeys } = parts
  if (attemptLog !== undefined || !gate.open) return attemptFrom(parts, task, task.attempt, task.firstFailedAt)
  checkRunning(parts, task)
  const alone =
    inbox === undefined && publishing === undefined && handlerTimeoutMs === undefined && heldKeys === undefined
  try {
    return alone ? runAlone(parts, task) : runOnce(parts, task)
  } catch (error) {
    return attemptAgain(parts, task, error, undefined)
  }
}

// `then`, because nearly every message is done at once, and an async frame would cost as much as all of this.
function runAlone(parts: ConsumerParts, task: Task): Promise<void> | undefined {
  const { mediator, aborted } = parts
  const { handler, event, attempt: number } = task
  const context = createContext(parts, task, number, aborted)
  const answer = mediator.begin(handler, event, context)
  if (answer === undefined) return handled(parts, task, 'done')
  return Promise.resolve(answer).then(
    (value) => (isEventCarrier(value) ? raise(parts, task, value, context) : handled(parts, task, 'done')),
    (error: unknown) => attemptAgain(parts, task, error, undefined),
  )
}

function runOnce(parts: ConsumerParts, task: Task): Promise<void> {
  const startedMs = parts.runtime.clock.monotonic()
  return handleOnce(parts, task, task.attempt).then(
    (done) => handled(parts, task, done),
    (error: unknown) => attemptAgain(parts, task, error, startedMs),
  )
}

async function raise(parts: ConsumerParts, task: Task, carrier: EventCarrier, context: MessageContext): Promise<void> {
  try {
    await parts.mediator.finish(task.handler, carrier, context)
  } catch (error) {
    return attemptAgain(parts, task, error, undefined)
  }
  handled(parts, task, 'done')
}

/** What comes after a first attempt that has failed. */
async function attemptAgain(parts: ConsumerParts, task: Task, error: unknown, startedMs: number | undefined) {
  count(parts, false)
  checkNotCutOff(parts, error)
  const { attempt: number, firstFailedAt = parts.runtime.timestamp() } = task
  const log = withAttempt(task.attemptLog, parts.runtime, { attempt: number, error, startedMs })
  if (await follow(parts, task, failureOf(task, number, firstFailedAt, error, log))) return
  return attemptFrom(parts, { ...task, attemptLog: log }, number + 1, firstFailedAt)
}

/** One attempt after the other, from number `first` on. */
async function attemptFrom(parts: ConsumerParts, task: Task, first: number, failedAt: string | undefined) {
  let firstFailedAt = failedAt
  let log = task.attemptLog
  for (let number = first; ; number++) {
    await parts.gate.pass(parts.stopping)
    checkRunning(parts, task)
    const startedMs = parts.runtime.clock.monotonic()
    const outcome = await tryOnce(parts, { ...task, attemptLog: log }, number)
    if (outcome.ok) return
    checkNotCutOff(parts, outcome.error)
    firstFailedAt ??= parts.runtime.timestamp()
    log = withAttempt(log, parts.runtime, { attempt: number, error: outcome.error, startedMs })
    if (await follow(parts, task, failureOf(task, number, firstFailedAt, outcome.error, log))) return
  }
}

// Cut off by the stop, which says nothing of the message: whoever gets it next may well handle it.
function checkNotCutOff({ aborted, group }: ConsumerParts, error: unknown): void {
  if (aborted.aborted) throw fault('GULO_STOPPED', { component: `The consumer ${group}` }, error)
  // Nor does it say anything of the message that somebody else has its partition.
  if ((error as { code?: unknown } | null)?.code === 'GULO_POSITION_LOST') throw error
}

type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: unknown }

/** One attempt, counted before it starts, so that a message that ends the process is found out. */
async function tryOnce(parts: ConsumerParts, task: Task, number: number): Promise<Outcome> {
  const { attemptLog, maxUnfinishedAttempts } = parts
  const { id } = task.envelope
  const consumer = consumerName(parts.group, task.handler.name)
  const unfinished = (await attemptLog?.begin(consumer, id)) ?? 1
  if (unfinished > maxUnfinishedAttempts) {
    await quarantinePoison(parts, task, consumer, unfinished - 1)
    await attemptLog?.end(consumer, id)
    return { ok: true }
  }
  let outcome: Outcome = { ok: true }
  try {
    tell(parts, task, number, await handleOnce(parts, task, number))
  } catch (error) {
    outcome = { ok: false, error }
  }
  await attemptLog?.end(consumer, id)
  count(parts, outcome.ok)
  return outcome
}

/** Tells of a message that is handled, or was before. */
export function handled(parts: ConsumerParts, task: Task, done: Done): undefined {
  tell(parts, task, task.attempt, done)
  count(parts, true)
}

function tell({ observer, group }: ConsumerParts, { envelope, handler }: Task, attempt: number, done: Done): void {
  if (observer === undefined) return
  const consumer = consumerName(group, handler.name)
  if (done !== 'done') observer({ kind: done, envelope, consumer })
  else observer({ kind: 'handled', envelope, consumer, attempt })
}

function count({ breaker, logger, group, gate }: ConsumerParts, ok: boolean): void {
  const holdMs = breaker?.count(!ok) ?? 0
  if (holdMs === 0) return
  logger.warn(`the circuit breaker of ${group} holds its messages for ${holdMs} ms`)
  gate.close(holdMs)
}

function failureOf(
  task: Task,
  attempts: number,
  firstFailedAt: string,
  error: unknown,
  attemptLog: Failure['attemptLog'],
): Failure {
  const { envelope, message, handler, replayCount } = task
  return { envelope, message, handler: handler.name, error, attempts, firstFailedAt, replayCount, attemptLog }
}

function quarantinePoison(parts: ConsumerParts, task: Task, consumer: string, attempts: number): Promise<void> {
  const { envelope, message, handler, firstFailedAt, replayCount, attemptLog } = task
  const error = fault('GULO_POISON_MESSAGE', { messageId: envelope.id, attempts, consumer })
  return setAside(parts, 'quarantine', 'poison', {
    envelope,
    message,
    handler: handler.name,
    error,
    attempts,
    firstFailedAt,
    replayCount,
    attemptLog,
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
