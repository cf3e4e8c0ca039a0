import { Buffer } from 'node:buffer'
import { fault } from '../faults.js'
import { describeValue } from '../message/message.js'
import type { DeadLetter } from './dead-letters.js'

/** A place in the order of letters: right behind this one. */
export interface DeadLetterPosition {
  /** RFC 3339. */
  readonly failedAt: string
  readonly id: string
}

/** The cursor of a letter, for callers that need not understand it. */
export function deadLetterCursor({ failedAt, id }: Pick<DeadLetter, 'failedAt' | 'id'>): string {
  return Buffer.from(JSON.stringify([failedAt, id])).toString('base64url')
}

/** The place a cursor names. @throws GULO_DEAD_LETTER_REQUEST */
export function deadLetterPosition(cursor: string): DeadLetterPosition {
  const [failedAt, id] = partsOf(cursor)
  if (typeof failedAt === 'string' && typeof id === 'string' && !Number.isNaN(Date.parse(failedAt)))
    return { failedAt, id }
  throw fault('GULO_DEAD_LETTER_REQUEST', {
    operation: 'A page',
    wrong: `the cursor ${describeValue(cursor)} is of no page`,
  })
}

function partsOf(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(parts) ? parts : []
  } catch {
    return []
  }
}
