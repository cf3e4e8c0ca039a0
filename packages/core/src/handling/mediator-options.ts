import type { ContextActions } from '../message/context.js'
import type { Logger, Observer } from '../message/signals.js'
import type { Runtime } from '../runtime/runtime.js'
import type { DispatchBackend } from './dispatch-backend.js'
import type { HandlerFactory } from './handler.js'
import type { Middleware } from './middleware.js'
import type { HandlerSource } from './registry.js'
import type { Tracer } from './trace.js'

export interface MediatorOptions {
  /** Classes with `@Handles`, instances of them, and what `handler()` makes. */
  readonly handlers: readonly HandlerSource[]
  /** Hooks and wrappers around every handler, outermost first. @default none */
  readonly middleware?: readonly Middleware[]
  /** Creates handler classes. @default new, without arguments */
  readonly factory?: HandlerFactory
  /** Time and chance. @default those of the machine */
  readonly runtime?: Runtime
  /** Where messages are dispatched. @default in place */
  readonly backend?: DispatchBackend
  /** How many levels events raised and commands sent by handlers may cause one another. @default 32 */
  readonly maxEventDepth?: number
  /** Is told of every step of every dispatch, for debugging. @default nobody */
  readonly tracer?: Tracer
  readonly observers?: readonly Observer[]
  readonly logger?: Logger
  /** What `context.schedule` does. @default it rejects with GULO_SCHEDULE_UNAVAILABLE */
  readonly schedule?: ContextActions['schedule']
}
