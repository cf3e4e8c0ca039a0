/** Remembers keys of work that must be done once, where there is no transaction to put an inbox into. */
export interface IdempotencyKeyStore {
  /** Whether the key is done and not expired. */
  has(key: string): Promise<boolean>
  /** Remembers the key as done. */
  put(key: string, ttlSeconds: number): Promise<void>
  /** Takes the key for this caller in one step, so that of two at once only one gets `claimed`. */
  claim(key: string, ttlSeconds: number): Promise<'claimed' | 'in-progress' | 'done'>
}
