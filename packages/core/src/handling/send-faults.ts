import { fault } from '../faults.js'
import type { MessageContext } from '../message/context.js'
import { hasEnded } from '../message/event-sink.js'
import { describeValue, kindOf, withArticle } from '../message/message.js'

/** Why this cannot be sent at all; `undefined` when it is a command or query. */
export function kindFault(message: unknown): Error | undefined {
  const kind = kindOf(message)
  if (kind === undefined) {
    const found = describeValue(message)
    return fault('GULO_NOT_A_MESSAGE', { operation: 'send', found, expected: 'command or query' })
  }
  if (!kind.endsWith('event')) return undefined
  const { name } = (message as object).constructor
  return fault('GULO_WRONG_KIND', { operation: 'send', message: name, kind: withArticle(kind) })
}

/** Why a handler may not send this message in its context; `undefined` when it may. */
export function nestedFault(message: object, { sink, depth }: MessageContext, maxDepth: number): Error | undefined {
  const ended = hasEnded(sink)
  if (!ended && depth < maxDepth) return undefined
  const told = { operation: 'send', message: message?.constructor?.name ?? describeValue(message), depth: maxDepth }
  return fault(ended ? 'GULO_UNIT_OF_WORK_ENDED' : 'GULO_CASCADE_TOO_DEEP', told)
}
