import type { IdempotencyKeyStore } from './idempotency-keys.js'

interface Entry {
  readonly state: 'in-progress' | 'done'
  readonly expiresAtMs: number
}

/** Idempotency keys in memory. */
export class MemoryIdempotencyKeys implements IdempotencyKeyStore {
  private readonly entries = new Map<string, Entry>()

  /** `now` gives milliseconds since 1970. */
  constructor(private readonly now: () => number) {}

  async has(key: string): Promise<boolean> {
    return this.live(key)?.state === 'done'
  }

  async put(key: string, ttlSeconds: number): Promise<void> {
    this.set(key, 'done', ttlSeconds)
  }

  async claim(key: string, ttlSeconds: number): Promise<'claimed' | 'in-progress' | 'done'> {
    const entry = this.live(key)
    if (entry !== undefined) return entry.state
    this.set(key, 'in-progress', ttlSeconds)
    return 'claimed'
  }

  private set(key: string, state: Entry['state'], ttlSeconds: number): void {
    this.entries.set(key, { state, expiresAtMs: this.now() + ttlSeconds * 1000 })
  }

  private live(key: string): Entry | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined || entry.expiresAtMs > this.now()) return entry
    this.entries.delete(key)
    return undefined
  }
}
