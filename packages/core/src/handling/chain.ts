import { fault } from '../faults.js'
import type { MessageContext } from '../message/context.js'
import { describeValue, type Message } from '../message/message.js'
import { isEventCarrier } from '../message/result.js'
import type { Logger } from '../message/signals.js'
import type { Clock } from '../runtime/clock.js'
import { DispatchCall } from './dispatch-call.js'
import { hookStage } from './hook-stage.js'
import type { Call, Step, Wrapper } from './middleware.js'
import type { RegisteredHandler } from './registry.js'
import { type Tracer, traced } from './trace.js'

/** Goes one stage further inwards. */
export type Stage = (call: DispatchCall) => unknown

/** Everything that runs for one handler of one message class, put together once. */
export interface Chain {
  readonly handler: RegisteredHandler
  /** Runs the handler without anything around it: only where `around` is undefined. */
  readonly invoke: (message: Message, context: MessageContext) => unknown
  /** Runs middleware and handler; `undefined` when there is no middleware. */
  readonly around: Stage | undefined
  /** Like `around`, and notes on the call what the handler itself returned; only where a wrapper may change that. */
  readonly collecting: Stage | undefined
  /** What runs, outermost first, in words. */
  readonly steps: readonly string[]
}

export interface ChainSurroundings {
  readonly clock: Clock
  readonly logger: Logger
  readonly tracer: Tracer | undefined
}

/** Runs the chain; answers what comes out of its middleware. */
export function runChain(chain: Chain, message: Message, context: MessageContext): unknown {
  return chain.around === undefined ? chain.invoke(message, context) : chain.around(new DispatchCall(message, context))
}

/** The chain of this handler among those of a message class. */
export function chainOf(chains: readonly Chain[], handler: RegisteredHandler): Chain {
  const [first] = chains
  return (first?.handler === handler ? first : chains.find((each) => each.handler === handler)) as Chain
}

/** Puts the chain of one handler together; nothing of it is looked up again when a message comes. */
export function compileChain(
  handler: RegisteredHandler,
  steps: readonly Step[],
  surroundings: ChainSurroundings,
): Chain {
  const invoke = compileInvoke(handler, surroundings)
  const words = [
    ...steps.map((step) => (step.wrapper ? `wrapper ${step.name}` : `hooks ${step.name}`)),
    `handler ${handler.name}`,
  ]
  if (steps.length === 0) return { handler, invoke, around: undefined, collecting: undefined, steps: words }
  const fold = (innermost: Stage) => foldSteps(steps, innermost, surroundings)
  return {
    handler,
    invoke,
    around: fold((call) => invoke(call.message, call.context)),
    collecting: steps.some((step) => step.wrapper)
      ? fold((call) => note(call, invoke(call.message, call.context)))
      : undefined,
    steps: words,
  }
}

function compileInvoke(handler: RegisteredHandler, { clock, tracer }: ChainSurroundings): Chain['invoke'] {
  if (!handler.enabled) {
    const message = handler.messageClass.name
    return () => {
      throw fault('GULO_HANDLER_DISABLED', { handler: handler.name, message })
    }
  }
  const subject = (message: Message, context: MessageContext) => ({ message, context })
  if (handler.transient) {
    const create = handler.instance
    return traced(
      tracer,
      clock,
      `handler ${handler.name}`,
      (message, context) => create().handle(message, context),
      subject,
    )
  }
  const instance = handler.instance()
  return traced(
    tracer,
    clock,
    `handler ${handler.name}`,
    (message, context) => instance.handle(message, context),
    subject,
  )
}

function foldSteps(steps: readonly Step[], innermost: Stage, surroundings: ChainSurroundings): Stage {
  let stage = innermost
  let wrappers = steps.filter((step) => step.wrapper).length
  let hooks: Step[] = []
  for (const step of steps.toReversed()) {
    if (step.wrapper === undefined) {
      hooks.unshift(step)
      continue
    }
    stage = wrapperStage(step.wrapper, --wrappers, step.name, hookStage(hooks, stage, surroundings), surroundings)
    hooks = []
  }
  return hookStage(hooks, stage, surroundings)
}

function wrapperStage(
  wrapper: Wrapper,
  index: number,
  name: string,
  inner: Stage,
  { clock, tracer }: ChainSurroundings,
): Stage {
  const next = (call: Call): Promise<unknown> => {
    try {
      if (!(call instanceof DispatchCall)) {
        throw fault('GULO_NEXT_WRONG_CALL', { middleware: name, found: describeValue(call) })
      }
      call.enter(index, name)
      const outcome = inner(call)
      return outcome instanceof Promise ? outcome : Promise.resolve(outcome)
    } catch (error) {
      return Promise.reject(error)
    }
  }
  const wrapped = traced(
    tracer,
    clock,
    `wrapper ${name}`,
    (call: DispatchCall) => wrapper(call, next),
    (call) => call,
  )
  return (call) => {
    const outcome = wrapped(call)
    // A wrapper that has gone inwards by now needs no watching: this is what keeps wrappers cheap.
    return call.reached > index ? outcome : watch(call, outcome, index, name)
  }
}

async function watch(call: DispatchCall, outcome: unknown, index: number, middleware: string): Promise<unknown> {
  const value = await outcome
  if (call.reached <= index) {
    throw fault('GULO_NEXT_NOT_CALLED', { middleware, message: call.message.constructor.name })
  }
  return value
}

function note(call: DispatchCall, outcome: unknown): unknown {
  if (!(outcome instanceof Promise)) return keep(call, outcome)
  return outcome.then((value) => keep(call, value))
}

function keep(call: DispatchCall, value: unknown): unknown {
  if (isEventCarrier(value)) call.carrier = value
  return value
}
