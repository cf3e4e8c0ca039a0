import { fault } from '../faults.js'
import type { MessageContext } from '../message/context.js'
import { withDeadline } from '../runtime/clock.js'
import type { ConsumerParts, Task } from './consumer-parts.js'

/** Runs the handler in its unit of work, unless the inbox knows the message; its events are published with it. */
export function handleOnce(
  parts: ConsumerParts,
  task: Pick<Task, 'handler' | 'event' | 'envelope'>,
  consumer: string,
  attempt: number,
): Promise<'done' | 'duplicate'> {
  const { inbox, publishing } = parts
  const { handler, envelope } = task
  const abort = parts.handlerTimeoutMs === undefined ? undefined : new AbortController()
  const signal = abort === undefined ? parts.aborted : AbortSignal.any([parts.aborted, abort.signal])
  const context = createContext(parts, task, attempt, signal)
  const handle = () => withTimeout(parts, task, abort, parts.mediator.handle(handler, task.event, context))
  const work = async (): Promise<'done' | 'duplicate'> => {
    if (inbox !== undefined) {
      return inbox.once({ consumer, messageId: envelope.id, transaction: context.transaction }, handle)
    }
    await handle()
    return 'done'
  }
  return publishing === undefined ? work() : publishing.run(context, handler.name, work)
}

function createContext(
  { mediator }: ConsumerParts,
  { envelope }: Pick<Task, 'envelope'>,
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

async function withTimeout(
  { handlerTimeoutMs: timeoutMs, runtime }: ConsumerParts,
  { handler, event }: Pick<Task, 'handler' | 'event'>,
  abort: AbortController | undefined,
  work: Promise<void>,
): Promise<void> {
  if (timeoutMs === undefined) return work
  const late = () => {
    abort?.abort()
    return fault('GULO_HANDLER_TIMEOUT', { handler: handler.name, message: event.constructor.name, timeoutMs })
  }
  return withDeadline(runtime.clock, timeoutMs, work, late)
}
