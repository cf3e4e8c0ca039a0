/** Remembers which messages a consumer has done. */
export interface Inbox {
  /**
   * Runs `work` unless this consumer has done this message; remembers it only if `work` succeeds. The entry is inserted
   * first, inside `transaction`: of two concurrent deliveries one waits for the other.
   */
  once(entry: InboxEntry, work: () => Promise<void>): Promise<'done' | 'duplicate'>
}

/** A message as one consumer knows it. */
export interface InboxMessage {
  /** The group and, for one of several handlers, the handler. */
  readonly consumer: string
  readonly messageId: string
}

export interface InboxEntry extends InboxMessage {
  /** The transaction of the handler; without one the entry stands alone. */
  readonly transaction?: unknown
}

/** An inbox that takes many messages in one transaction. */
export interface BatchInbox {
  /**
   * Enters the messages that are not done, inside `transaction`, and runs `work` with the answer for each, in the same
   * order: whether it is new. Of a message that occurs twice the first is new. `work` answers how many of them, from the
   * first, it has seen to; the others are forgotten again. A concurrent delivery of any of them waits for the other.
   */
  onceEach(messages: readonly InboxMessage[], transaction: unknown, work: BatchWork): Promise<void>
}

export type BatchWork = (isNew: readonly boolean[]) => Promise<number>

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

/** A log of attempts that counts many in one go. No message may occur twice. */
export interface BatchAttemptLog {
  /** As `begin`, for each; the answers are in the same order. */
  beginEach(messages: readonly InboxMessage[]): Promise<readonly number[]>
  /** As `end`, for each. */
  endEach(messages: readonly InboxMessage[]): Promise<void>
  /** Takes the last beginning of each back: its handler has not run. */
  withdrawEach(messages: readonly InboxMessage[]): Promise<void>
}
