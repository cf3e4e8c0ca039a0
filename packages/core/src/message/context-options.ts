import { fault } from '../faults.js'
import type { ContextOptions } from './context.js'

const LONGEST = 1024
const TEXTS = ['messageId', 'correlationId', 'causationId', 'tenantId', 'traceparent', 'tracestate'] as const
// What no header carries: control characters and halves of surrogate pairs.
const FORBIDDEN = /[\p{Cc}\p{Surrogate}]/u

/**
 * The fault of what a sender says about a message; `undefined` when all of it can go along. Looked for before a handler
 * runs, because the events of the handler inherit it.
 */
export function contextFault(options: ContextOptions, operation: string): Error | undefined {
  for (const name of TEXTS) {
    const wrong = wrongWith(options[name])
    if (wrong !== undefined) return fault('GULO_CONTEXT_INVALID', { operation, wrong: `${name} ${wrong}` })
  }
  return undefined
}

function wrongWith(text: unknown): string | undefined {
  if (text === undefined) return undefined
  if (typeof text !== 'string') return `is a ${typeof text}`
  if (text.length > LONGEST) return `has ${text.length} characters, and ${LONGEST} are the most`
  return FORBIDDEN.test(text) ? 'has a control character or half a surrogate pair' : undefined
}
