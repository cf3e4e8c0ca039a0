import { fault } from '../faults.js'
import type { Dedupe } from '../handling/registry.js'
import type { MessageContext } from '../message/context.js'
import { describeValue } from '../message/message.js'
import { withDeadline } from '../runtime/clock.js'
import type { ConsumerParts, Task } from './consumer-parts.js'
import { consumerName } from './failure.js'
import type { TransactionalKeys } from './idempotency-keys.js'
import { isKeyed, park } from './parking.js'

/** Whether the handler has run, the inbox knew the message, or it waits behind a dead letter of its key. */
export type Done = 'done' | 'duplicate' | 'parked'

/** Runs the handler in its unit of work, unless the inbox knows the message; its events are published with it. */
export function handleOnce(parts: ConsumerParts, task: Task, attempt: number): Promise<Done> {
  const { inbox, publishing, group } = parts
  const { handler, envelope } = task
  const { context, handle } = handling(parts, task, attempt)
  const once = async (): Promise<Done> => {
    if (inbox === undefined) return handle()
    const consumer = consumerName(group, handler.name)
    let done: Done = 'done'
    const known = await inbox.once({ consumer, messageId: envelope.id, transaction: context.transaction }, async () => {
      done = await handle()
    })
    return known === 'duplicate' ? known : done
  }
  // In the transaction of the handler: until it ends nobody can let the key go.
  const work = isKeyed(parts, task)
    ? () => park(parts, task, context.transaction).then((state) => (state === 'parked' ? state : once()))
    : once
  const run = (all: () => Promise<Done>) =>
    publishing === undefined ? all() : publishing.run(context, handler.name, all)
  if (parts.positions === undefined || !task.isFirst) return run(work)
  return parts.positions.keep(task.message, (advance) =>
    run(async () => {
      const done = await work()
      await advance(context.transaction)
      return done
    }),
  )
}

/** Runs the handler in a transaction that is open, whoever ends it; its events are published with that. */
export async function handleWithin(parts: ConsumerParts, task: Task, transaction: unknown): Promise<Done> {
  const { context, handle } = handling(parts, task, task.attempt)
  context.transaction = transaction
  try {
    return await (parts.publishing?.run(context, task.handler.name, handle) ?? handle())
  } finally {
    context.transaction = undefined
  }
}

interface Handling {
  readonly context: MessageContext
  /** Runs the handler, for no longer than handlers may take, unless its key is taken. */
  readonly handle: () => Promise<Done>
}

function handling(parts: ConsumerParts, task: Task, attempt: number): Handling {
  const { aborted, handlerTimeoutMs, mediator } = parts
  const abort = handlerTimeoutMs === undefined ? undefined : new AbortController()
  const context = createContext(parts, task, attempt, abort ? AbortSignal.any([aborted, abort.signal]) : aborted)
  const handle = async (): Promise<Done> => {
    if (task.handler.dedupe !== undefined && !(await takeKey(parts, task, task.handler.dedupe, context))) {
      return 'duplicate'
    }
    const working = mediator.handle(task.handler, task.event, context)
    await (abort === undefined ? working : withTimeout(parts, task, abort, working))
    return 'done'
  }
  return { context, handle }
}

/** Takes the key of the message in the transaction of its handler; answers whether it was free. */
async function takeKey(
  { keys, group }: ConsumerParts,
  { handler, event }: Task,
  { by, windowMs }: Dedupe,
  context: MessageContext,
): Promise<boolean> {
  const key = by(event)
  if (key === undefined) return true
  if (typeof key !== 'string' || key === '')
    throw fault('GULO_DEDUPE_KEY_INVALID', { handler: handler.name, found: describeValue(key) })
  // Without keys the consumer has not started.
  return (keys as TransactionalKeys).take(
    `${consumerName(group, handler.name)} ${key}`,
    windowMs / 1000,
    context.transaction,
  )
}

/** The context in which a message from outside is handled. */
export function createContext(
  { mediator }: ConsumerParts,
  { envelope }: Task,
  attempt: number,
  signal: AbortSignal,
): MessageContext {
  return mediator.createContext({
    messageId: envelope.id,
    correlationId: envelope.correlationId,
    causationId: envelope.causationId,
    tenantId: envelope.tenantId,
    traceparent: envelope.traceparent,
    tracestate: envelope.tracestate,
    headers: envelope.headers,
    attempt,
    signal,
  })
}

function withTimeout(
  { handlerTimeoutMs: timeoutMs = 0, runtime }: ConsumerParts,
  { handler, event }: Task,
  abort: AbortController,
  work: Promise<void>,
): Promise<void> {
  const late = () => {
    abort.abort()
    return fault('GULO_HANDLER_TIMEOUT', { handler: handler.name, message: event.constructor.name, timeoutMs })
  }
  return withDeadline(runtime.clock, timeoutMs, work, late)
}
