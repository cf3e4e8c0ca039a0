import { type CompiledMiddleware, type Hooks, type Mediator, type MessageClass, Query, type Wrapper } from '@gulo/core'
import { PlaceOrder } from './messages.js'

export const log: string[] = []

// #region hooks
export const audit: Hooks = {
  name: 'audit',
  only: [PlaceOrder],
  before: (message) => void log.push(`${message.constructor.name} comes`),
  after: (_message, context) => void log.push(`${context.messageId.length} characters of id`),
  failed: (_message, _context, error) => void log.push(`failed: ${error}`),
}

// #endregion

// #region wrapper
/** Answers a query from a cache, and so without its handler. */
export function cached(answers: Map<string, unknown>): Wrapper {
  return async (call, next) => {
    if (!(call.message instanceof Query)) return next(call)
    const key = `${call.message.constructor.name} ${JSON.stringify(call.message)}`
    if (answers.has(key)) return call.respond(answers.get(key))
    const answer = await next(call)
    answers.set(key, answer)
    return answer
  }
}

// #endregion

// #region compiled
const SLOW = Symbol('slow')

/** Marks a class whose handling is worth a line in the log. */
export function slow(target: MessageClass): void {
  Object.defineProperty(target, SLOW, { value: true })
}

export const logSlow: CompiledMiddleware = {
  name: 'logSlow',
  forMessage(messageClass) {
    if (!(SLOW in messageClass)) return undefined // adds nothing, and costs nothing
    return { after: (message) => void log.push(`${message.constructor.name} is done`) }
  },
}
// #endregion

export function words(mediator: Mediator) {
  // #region explain
  const chain = mediator.explain(PlaceOrder) // [['hooks audit', 'wrapper cached', 'handler PlaceOrderHandler']]
  // #endregion
  return chain
}
