import type { MessageContext } from '../message/context.js'
import type { Message } from '../message/message.js'
import { quietly } from '../message/signals.js'
import type { Clock } from '../runtime/clock.js'

/** One step of a dispatch, for debugging: given only to mediators that ask for it. */
export interface TraceStep {
  readonly message: string
  readonly messageId: string
  /** `handler X`, `before X`, `after X`, `failed X` or `wrapper X`. */
  readonly step: string
  readonly outcome: 'entered' | 'done' | 'failed'
  /** Since the step was entered, in milliseconds. */
  readonly ms: number
  readonly error?: unknown
}

export type Tracer = (step: TraceStep) => void

/** Tells the tracer when `run` is entered, and when and how it ends. Without a tracer the function is returned as it is. */
export function traced<A extends unknown[]>(
  tracer: Tracer | undefined,
  clock: Clock,
  step: string,
  run: (...parameters: A) => unknown,
  subject: (...parameters: A) => { readonly message: Message; readonly context: MessageContext },
): (...parameters: A) => unknown {
  if (tracer === undefined) return run
  const tell = (traceStep: TraceStep) => quietly(() => tracer(traceStep))
  return async (...parameters: A) => {
    const { message, context } = subject(...parameters)
    const about = { message: message.constructor.name, messageId: context.messageId, step }
    const start = clock.monotonic()
    tell({ ...about, outcome: 'entered', ms: 0 })
    try {
      const value = await run(...parameters)
      tell({ ...about, outcome: 'done', ms: clock.monotonic() - start })
      return value
    } catch (error) {
      tell({ ...about, outcome: 'failed', ms: clock.monotonic() - start, error })
      throw error
    }
  }
}
