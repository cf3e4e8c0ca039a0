import { fault } from '../faults.js'
import type { MessageContext } from '../message/context.js'
import type { Message } from '../message/message.js'
import type { EventCarrier } from '../message/result.js'
import type { Call } from './middleware.js'

/** A message on its way through a chain. `reached` counts the wrappers that have called next. */
export class DispatchCall implements Call {
  reached = 0
  /** What the handler itself returned, when it carries events: a wrapper that changes the value loses none. */
  carrier: EventCarrier | undefined = undefined

  constructor(
    readonly message: Message,
    readonly context: MessageContext,
  ) {}

  respond<T>(value: T): T {
    this.reached = Number.POSITIVE_INFINITY
    return value
  }

  /** Notes that the wrapper at `index` has called next. @throws GULO_NEXT_CALLED_TWICE */
  enter(index: number, middleware: string): void {
    if (this.reached > index) {
      throw fault('GULO_NEXT_CALLED_TWICE', { middleware, message: this.message.constructor.name })
    }
    this.reached = index + 1
  }
}
