/** Chance as Gulo sees it. Nothing else in any package draws a random number. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** Fills `bytes` with random bytes. */
  fill(bytes: Uint8Array): void
}

/** The chance of the machine: cryptographic bytes, `Math.random` for jitter. */
export const systemRandom: Random = {
  next: () => Math.random(),
  fill: (bytes) => {
    globalThis.crypto.getRandomValues(bytes)
  },
}

/** Chance that repeats itself for the same seed (mulberry32), for tests and simulations. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    fill: (bytes) => {
      for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(next() * 256)
    },
  }
}
