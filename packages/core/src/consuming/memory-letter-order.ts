import type { ReceivedMessage } from '../transport/transport.js'
import type { DeadLetterFilter } from './dead-letter-ports.js'
import type { DeadLetter } from './dead-letters.js'

type Place = Pick<DeadLetter, 'failedAt' | 'id'>

/** Sorts by the time of failure, the last one first; letters of one moment by id, so that the order is one. */
export function youngestFirst(letters: readonly DeadLetter[]): DeadLetter[] {
  return [...letters].sort((one, other) => compare(other, one))
}

/** Whether `one` comes after `other`, the older ones first. */
export function isAfter(one: Place, other: Place): boolean {
  return compare(one, other) > 0
}

/** What tells letters that match every given field of a filter. */
export function matcherOf(filter: DeadLetterFilter): (letter: DeadLetter, fingerprint: string) => boolean {
  const { fingerprint, from, until, ...same } = filter
  const fields = Object.entries(same).filter(([, value]) => value !== undefined)
  return (letter, own) =>
    (fingerprint === undefined || fingerprint === own) &&
    (from === undefined || Date.parse(letter.failedAt) >= Date.parse(from)) &&
    (until === undefined || Date.parse(letter.failedAt) < Date.parse(until)) &&
    fields.every(([field, value]) => letter[field as keyof DeadLetter] === value)
}

function compare(one: Place, other: Place): number {
  return Date.parse(one.failedAt) - Date.parse(other.failedAt) || (one.id < other.id ? -1 : Number(one.id > other.id))
}

/** A message that nobody else can change. */
export function copyOf(message: ReceivedMessage): ReceivedMessage {
  return {
    ...message,
    body: message.body === null ? null : Uint8Array.from(message.body),
    headers: { ...message.headers },
  }
}
