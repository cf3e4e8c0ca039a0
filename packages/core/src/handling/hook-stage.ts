import type { MessageContext } from '../message/context.js'
import type { Message } from '../message/message.js'
import type { Logger } from '../message/signals.js'
import type { DispatchCall } from './dispatch-call.js'
import type { Step } from './middleware.js'

type Stage = (call: DispatchCall) => unknown
type Hook = (message: Message, context: MessageContext, outcome: unknown) => unknown

/** Runs adjacent hooks around `inner`; a hook is waited for only when it answers a promise. */
export function hookStage(steps: readonly Step[], inner: Stage, { logger }: { readonly logger: Logger }): Stage {
  if (steps.length === 0) return inner
  const afters = hooksNamed(steps, 'after').reverse()
  const faileds = hooksNamed(steps, 'failed').reverse()
  const enter = beforeStage(hooksNamed(steps, 'before'), inner)
  if (afters.length === 0 && faileds.length === 0) return enter
  return (call) => {
    const { message, context } = call
    const fail = async (error: unknown): Promise<never> => {
      for (const failed of faileds) await quietly(() => failed(message, context, error), logger)
      throw error
    }
    const succeed = (value: unknown) => runAll(afters, message, context, value)
    // `then`, because an async frame costs more than all the hooks together.
    const done = attempt(enter, call).then(succeed)
    return faileds.length === 0 ? done : done.catch(fail)
  }
}

/** Hooks that wait for nothing add no promise: what `inner` answers goes back untouched. */
function beforeStage(befores: readonly Hook[], inner: Stage): Stage {
  if (befores.length === 0) return inner
  return (call) => {
    for (let index = 0; index < befores.length; index++) {
      const pending = (befores[index] as Hook)(call.message, call.context, undefined)
      if (isThenable(pending)) return rest(befores, index + 1, pending, call, inner)
    }
    return inner(call)
  }
}

async function rest(
  befores: readonly Hook[],
  from: number,
  pending: unknown,
  call: DispatchCall,
  inner: Stage,
): Promise<unknown> {
  await pending
  for (const before of befores.slice(from)) await before(call.message, call.context, undefined)
  return inner(call)
}

function runAll(hooks: readonly Hook[], message: Message, context: MessageContext, value: unknown): unknown {
  for (let index = 0; index < hooks.length; index++) {
    const pending = (hooks[index] as Hook)(message, context, value)
    if (isThenable(pending)) {
      return Promise.resolve(pending).then(() => runAll(hooks.slice(index + 1), message, context, value))
    }
  }
  return value
}

function attempt(stage: Stage, call: DispatchCall): Promise<unknown> {
  try {
    return Promise.resolve(stage(call))
  } catch (error) {
    return Promise.reject(error)
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
