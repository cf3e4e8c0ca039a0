/** Remembers which messages a consumer has done. */
export interface Inbox {
  /**
   * Runs `work` unless this consumer has done this message; remembers it only if `work` succeeds. The entry is inserted
   * first, inside `transaction`: of two concurrent deliveries one waits for the other.
   */
  once(entry: InboxEntry, work: () => Promise<void>): Promise<'done' | 'duplicate'>
}

export interface InboxEntry {
  /** The group and, for one of several handlers, the handler. */
  readonly consumer: string
  readonly messageId: string
  /** The transaction of the handler; without one the entry stands alone. */
  readonly transaction?: unknown
}

/** How long an inbox remembers, for checking it against retries and replay. */
export interface InboxRetention {
  /** In milliseconds; `undefined` is for ever. */
  readonly retentionMs: number | undefined
}

/** Counts attempts that were started and never finished, so that a message which ends the process is found out. */
export interface AttemptLog {
  /** Remembers, before the handler runs and outside its transaction, that it starts; answers how many have not finished, this one included. */
  begin(consumer: string, messageId: string): Promise<number>
  /** Forgets all started attempts: the handler has come to an end, good or bad. */
  end(consumer: string, messageId: string): Promise<void>
}
