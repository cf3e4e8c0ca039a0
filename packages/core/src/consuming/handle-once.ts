import { fault } from '../faults.js'
import type { MessageContext } from '../message/context.js'
import { withDeadline } from '../runtime/clock.js'
import type { ConsumerParts, Task } from './consumer-parts.js'
import { consumerName } from './failure.js'

/** Whether the handler has run, or the inbox knew the message. */
export type Done = 'done' | 'duplicate'

/** Runs the handler in its unit of work, unless the inbox knows the message; its events are published with it. */
export function handleOnce(parts: ConsumerParts, task: Task, attempt: number): Promise<Done> {
  const { inbox, publishing, group } = parts
  const { handler, envelope } = task
  const { context, handle } = handling(parts, task, attempt)
  const work = (): Promise<Done> => {
    if (inbox === undefined) return handle().then(() => 'done')
    const consumer = consumerName(group, handler.name)
    return inbox.once({ consumer, messageId: envelope.id, transaction: context.transaction }, handle)
  }
  return publishing === undefined ? work() : publishing.run(context, handler.name, work)
}

/** Runs the handler in a transaction that is open, whoever ends it; its events are published with that. */
export async function handleWithin(parts: ConsumerParts, task: Task, transaction: unknown): Promise<void> {
  const { context, handle } = handling(parts, task, task.attempt)
  context.transaction = transaction
  try {
    await parts.publishing?.run(context, task.handler.name, handle)
  } finally {
    context.transaction = undefined
  }
}

interface Handling {
  readonly context: MessageContext
  /** Runs the handler, for no longer than handlers may take. */
  readonly handle: () => Promise<void>
}

function handling(parts: ConsumerParts, task: Task, attempt: number): Handling {
  const { aborted, handlerTimeoutMs, mediator } = parts
  const abort = handlerTimeoutMs === undefined ? undefined : new AbortController()
  const context = createContext(parts, task, attempt, abort ? AbortSignal.any([aborted, abort.signal]) : aborted)
  const handle = () => {
    const working = mediator.handle(task.handler, task.event, context)
    return abort === undefined ? working : withTimeout(parts, task, abort, working)
  }
  return { context, handle }
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
