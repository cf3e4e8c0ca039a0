import { fault } from '../faults.js'
import type { MessageContext, ScheduleTime } from '../message/context.js'
import { contractOf } from '../message/contract.js'
import { type Command, describeValue, type IntegrationEvent, kindOf } from '../message/message.js'
import type { EnvelopeFactory } from '../publishing/envelope-factory.js'
import { type Clock, toMs } from '../runtime/clock.js'
import type { ScheduledWork } from './schedule.js'

/** A message that is to be sent or published later, as it is kept. @throws GULO_SCHEDULE_INVALID */
export function workOf(
  message: Command<unknown> | IntegrationEvent,
  context: MessageContext,
  envelopes: EnvelopeFactory,
): Extract<ScheduledWork, { readonly kind: 'send' | 'publish' }> {
  const kind = kindOf(message)
  if (kind !== 'command' && kind !== 'integration event')
    throw invalid(message, `it is ${kind ? `a ${kind}` : 'no message'}`)
  if (contractOf(message.constructor) === undefined) throw invalid(message, 'it has no @Contract')
  const envelope = envelopes.make(message as never, context)
  return { kind: kind === 'command' ? 'send' : 'publish', envelope }
}

/** Milliseconds since 1970. @throws GULO_SCHEDULE_INVALID when it is no time */
export function dueAt(at: ScheduleTime, clock: Clock, message: unknown): number {
  const ms = typeof at === 'string' ? fromNow(toMs(at), clock) : typeof at === 'number' ? at : at?.getTime?.()
  if (!Number.isFinite(ms)) throw invalid(message, 'the time is no valid date')
  return ms as number
}

/** What a message is called, also when it is none. */
export function nameOf(message: unknown): string {
  return (message as object | null | undefined)?.constructor?.name ?? describeValue(message)
}

function fromNow(delayMs: number | undefined, clock: Clock): number | undefined {
  return delayMs === undefined ? undefined : clock.now() + delayMs
}

function invalid(message: unknown, wrong: string): Error {
  return fault('GULO_SCHEDULE_INVALID', { message: nameOf(message), wrong })
}
