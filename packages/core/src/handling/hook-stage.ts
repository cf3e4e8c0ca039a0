import type { MessageContext } from '../message/context.js'
import type { Message } from '../message/message.js'
import type { Logger } from '../message/signals.js'
import type { DispatchCall } from './dispatch-call.js'
import type { Step } from './middleware.js'

type Stage = (call: DispatchCall) => unknown
type Hook = (message: Message, context: MessageContext, outcome: unknown) => unknown

/** Runs adjacent hooks around `inner` in one async frame; a hook is waited for only when it answers a promise. */
export function hookStage(steps: readonly Step[], inner: Stage, { logger }: { readonly logger: Logger }): Stage {
  if (steps.length === 0) return inner
  const befores = hooksNamed(steps, 'before')
  const afters = hooksNamed(steps, 'after').reverse()
  const faileds = hooksNamed(steps, 'failed').reverse()
  return async (call) => {
    const { message, context } = call
    try {
      for (const before of befores) {
        const pending = before(message, context, undefined)
        if (isThenable(pending)) await pending
      }
      const value = await inner(call)
      for (const after of afters) {
        const pending = after(message, context, value)
        if (isThenable(pending)) await pending
      }
      return value
    } catch (error) {
      for (const failed of faileds) await quietly(() => failed(message, context, error), logger)
      throw error
    }
  }
}

function hooksNamed(steps: readonly Step[], name: 'before' | 'after' | 'failed'): Hook[] {
  return steps.flatMap(({ hooks }) => (hooks?.[name] ? [(hooks[name] as Hook).bind(hooks)] : []))
}

function isThenable(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}

// The error of the message goes on, whatever becomes of a hook that only looks at it.
async function quietly(run: () => unknown, logger: Logger): Promise<void> {
  try {
    await run()
  } catch (error) {
    logger.error('a failed hook has itself failed', error)
  }
}
