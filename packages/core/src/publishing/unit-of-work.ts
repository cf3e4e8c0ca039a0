import type { MessageContext } from '../message/context.js'

/** Runs work in a transaction: what `work` did commits together when it resolves, and not at all when it rejects. */
export interface UnitOfWork {
  /** Sets `context.transaction` while `work` runs. A context that has one already joins it. */
  run<T>(context: MessageContext, work: () => Promise<T>): Promise<T>
}
