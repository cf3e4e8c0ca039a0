import type { DeadLetter } from './dead-letters.js'

const MAX_LENGTH = 300
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi
const HEX = /\b(?=[0-9a-f]*\d)[0-9a-f]{8,64}\b/gi
const QUOTED = /"[^"\n]{0,200}"|'[^'\n]{0,200}'/g
const NUMBER = /\d+/g

/** What letters of one cause have in common, as 16 hexadecimal digits: consumer, type of message, code, class and words of the error. */
export function fingerprintOf({ consumer, type, error }: Pick<DeadLetter, 'consumer' | 'type' | 'error'>): string {
  const text = JSON.stringify([consumer, type ?? null, error.code, error.type, wordsOf(error.message)])
  return hash(text, 0x811c9dc5) + hash(text, 0x9747b28c)
}

/** A message without what differs each time: ids, numbers, quoted names. */
export function wordsOf(message: string): string {
  return message.slice(0, MAX_LENGTH).replace(UUID, '#').replace(QUOTED, '"…"').replace(HEX, '#').replace(NUMBER, '#')
}

/** FNV-1a over UTF-16, then mixed, because two seeds alone would give related halves. */
function hash(text: string, seed: number): string {
  let value = seed
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return ((value ^ (value >>> 16)) >>> 0).toString(16).padStart(8, '0')
}
