import { fault } from '../faults.js'
import { describeValue } from '../message/message.js'
import type { DeadLetterFilter, Operator } from './dead-letter-ports.js'

const TEXTS = ['id', 'reason', 'consumer', 'type', 'messageId', 'tenantId', 'fingerprint'] as const
const VALUES = {
  kind: ['dead-letter', 'quarantine'],
  status: ['new', 'replaying', 'replayed', 'discarded'],
} as const
const TIMES = ['from', 'until'] as const
const KNOWN: ReadonlySet<string> = new Set([...TEXTS, ...Object.keys(VALUES), ...TIMES, 'limit', 'cursor'])

const MAX_LETTERS = 1000

/** @throws GULO_DEAD_LETTER_REQUEST with everything that is wrong with a filter */
export function checkFilter(operation: string, filter: DeadLetterFilter): void {
  if (typeof filter !== 'object' || filter === null) throw wrong(operation, `the filter is ${describeValue(filter)}`)
  const given = filter as Readonly<Record<string, unknown>>
  const faults = [
    // A field misspelt would match everything.
    ...Object.keys(given)
      .filter((field) => !KNOWN.has(field))
      .map((field) => `${field} is no field of a letter`),
    ...TEXTS.filter((field) => !isText(given[field])).map((field) => `${field} is ${describeValue(given[field])}`),
    ...TIMES.filter((field) => !isTime(given[field])).map(
      (field) => `${field} is ${describeValue(given[field])}, no time`,
    ),
    ...Object.entries(VALUES)
      .filter(([field, values]) => given[field] !== undefined && !(values as readonly unknown[]).includes(given[field]))
      .map(([field, values]) => `${field} is ${describeValue(given[field])}, none of ${values.join(', ')}`),
  ]
  if (faults.length > 0) throw wrong(operation, faults.join('; '))
}

/** The limit of a page, checked. @throws GULO_DEAD_LETTER_REQUEST */
export function checkedLimit(operation: string, limit = 100): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LETTERS) return limit
  throw wrong(operation, `the limit is ${describeValue(limit)}, no whole number from 1 to ${MAX_LETTERS}`)
}

/** @throws GULO_DEAD_LETTER_REQUEST unless somebody is named */
export function checkOperator(operation: string, by: Operator): void {
  if (typeof by?.actor !== 'string' || by.actor.trim() === '')
    throw wrong(operation, 'it is not said who asks: the actor is missing')
  if (!isText(by.reason)) throw wrong(operation, `the reason is ${describeValue(by.reason)}`)
}

function wrong(operation: string, text: string): Error {
  return fault('GULO_DEAD_LETTER_REQUEST', { operation, wrong: text })
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function isTime(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && !Number.isNaN(Date.parse(value)))
}
