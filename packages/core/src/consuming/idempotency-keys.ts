/** Remembers keys of work that must be done once, where there is no transaction to put an inbox into. */
export interface IdempotencyKeyStore {
  /** Whether the key is done and not expired. */
  has(key: string): Promise<boolean>
  /** Remembers the key as done. */
  put(key: string, ttlSeconds: number): Promise<void>
  /** Takes the key for this caller in one step, so that of two at once only one gets `claimed`. */
  claim(key: string, ttlSeconds: number): Promise<'claimed' | 'in-progress' | 'done'>
}

/** Remembers keys together with the work they stand for. */
export interface TransactionalKeys {
  /**
   * Takes the key inside `transaction`; answers whether it was free. It is taken until it expires, unless the transaction
   * rolls back. Another transaction that has it and is still open is waited for.
   */
  take(key: string, ttlSeconds: number, transaction: unknown): Promise<boolean>
}
