// Dead letters: the ports, and what stores and tools share.
export { BrokerDeadLetters } from './broker-dead-letters.js'
export { checkedLimit, checkFilter } from './dead-letter-checks.js'
export { type DeadLetterPosition, deadLetterCursor, deadLetterPosition } from './dead-letter-cursor.js'
export { deadLetterHeaders } from './dead-letter-headers.js'
export type * from './dead-letter-ports.js'
export type {
  DeadLetter,
  DeadLetterError,
  DeadLetterQuery,
  DeadLetterReason,
  DeadLetterRevision,
  DeadLetterSink,
  DeadLetterStatus,
  DeadLetters,
  FailedAttempt,
  HeldKey,
} from './dead-letters.js'
export { fingerprintOf } from './fingerprint.js'
export type * from './held-keys.js'
export type { MemoryDeadLetters } from './memory-dead-letters.js'
export type { MemoryHeldKeys } from './memory-held-keys.js'
export { toDeadLetters, type UnsentLettersOptions } from './unsent-letters.js'
