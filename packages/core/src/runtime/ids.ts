import type { Clock } from './clock.js'
import type { Random } from './random.js'

const POOL_BYTES = 4096
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * Makes UUIDv7 ids (RFC 9562 section 5.7): millisecond time, a 12-bit counter so that ids of one generator always
 * grow, 62 random bits from a pool. The time never goes back even when the clock does.
 */
export function uuidv7(clock: Clock, random: Random): () => string {
  const pool = new Uint8Array(POOL_BYTES)
  let used = POOL_BYTES
  let lastMs = -1
  let counter = 0
  let prefix = ''

  const take = (): number => {
    if (used + 8 > POOL_BYTES) {
      random.fill(pool)
      used = 0
    }
    const at = used
    used += 8
    return at
  }

  const tick = (ms: number, seed: number) => {
    lastMs = ms
    counter = seed & 0x7ff // upper half kept free, so that a busy millisecond has room to count
    const hex = ms.toString(16).padStart(12, '0')
    prefix = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7`
  }

  return () => {
    const at = take()
    const now = clock.now()
    if (now > lastMs) tick(now, ((pool[at] as number) << 8) | (pool[at + 1] as number))
    else if (++counter > 0xfff) tick(lastMs + 1, 0)
    const variant = HEX[0x80 | ((pool[at] as number) & 0x3f)] as string
    return (
      `${prefix}${HEX[counter >> 8]?.[1]}${HEX[counter & 0xff]}-${variant}${HEX[pool[at + 1] as number]}-` +
      `${HEX[pool[at + 2] as number]}${HEX[pool[at + 3] as number]}${HEX[pool[at + 4] as number]}` +
      `${HEX[pool[at + 5] as number]}${HEX[pool[at + 6] as number]}${HEX[pool[at + 7] as number]}`
    )
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
