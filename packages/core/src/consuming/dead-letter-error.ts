import { GuloError, reasonOf } from '../errors.js'
import type { DeadLetterError, DeadLetterReason } from './dead-letters.js'

const MAX_STACK = 8192
const MAX_DETAIL = 4096
const MAX_DETAILS = 16_384
const MAX_NAME = 256
const MAX_TEXT = 1024

// The closed set of codes that other systems may rely on; an application's own `code` is kept where a handler failed.
const CODE_OF_REASON: Partial<Record<DeadLetterReason, string>> = {
  deserialization: 'DESERIALIZATION_FAILED',
  poison: 'POISON_MESSAGE',
  'unknown-type': 'UNKNOWN_TYPE',
}
const CODE_OF_FAULT: Readonly<Record<string, string>> = {
  GULO_VALIDATION_FAILED: 'VALIDATION_FAILED',
  GULO_HANDLER_TIMEOUT: 'TIMEOUT',
  GULO_CONTRACT_VIOLATION: 'SCHEMA_INCOMPATIBLE',
}

/** What of an error may leave the process: code, type, message, small details, the head of the stack. */
export function toDeadLetterError(error: unknown, reason: DeadLetterReason): DeadLetterError {
  try {
    return describe(error, reason)
  } catch {
    // Anything can be thrown, also what throws when it is looked at: a message must not fail on its way aside.
    const code = CODE_OF_REASON[reason] ?? otherwise(reason)
    return { code, type: typeof error, message: reasonOf(error), details: {}, stack: undefined }
  }
}

function describe(error: unknown, reason: DeadLetterReason): DeadLetterError {
  const own = error instanceof Error ? (error as Error & { code?: unknown }) : undefined
  const ownCode = typeof own?.code === 'string' ? own.code : undefined
  return {
    code: CODE_OF_REASON[reason] ?? CODE_OF_FAULT[ownCode ?? ''] ?? ownCode?.slice(0, MAX_NAME) ?? otherwise(reason),
    type: String(own?.constructor?.name ?? typeof error).slice(0, MAX_NAME),
    message: typeof own?.message === 'string' ? own.message : reasonOf(error),
    details: GuloError.is(error) ? smallDetails(error.details) : {},
    stack: typeof own?.stack === 'string' ? own.stack.slice(0, MAX_STACK) : undefined,
  }
}

function otherwise(reason: DeadLetterReason): string {
  return reason === 'publish-failed' ? 'PUBLISH_FAILED' : 'HANDLER_FAILED'
}

/** Only what JSON can say, and only when it is small: details may hold whole messages. */
function smallDetails(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let small: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(details)) {
    const cut = typeof value === 'string' ? value.slice(0, MAX_TEXT) : value
    const sayable = Array.isArray(cut) ? fits(cut, MAX_DETAIL) : ['string', 'number', 'boolean'].includes(typeof cut)
    // Brokers bound what goes into headers: one detail too many, and the message could not be set aside at all.
    if (sayable && fits({ ...small, [name]: cut }, MAX_DETAILS)) small = { ...small, [name]: cut }
  }
  return small
}

function fits(value: object, length: number): boolean {
  try {
    return JSON.stringify(value).length <= length
  } catch {
    return false
  }
}
