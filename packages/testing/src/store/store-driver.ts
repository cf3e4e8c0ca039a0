import { createRuntime, type Envelope, MessageContext, type UnitOfWork } from '@gulo/core'

/** How a store suite is told apart and how long it may take. */
export interface StoreSuiteFacts {
  /** How long to wait for what is to happen, in milliseconds. @default 10000 */
  readonly patienceMs?: number
}

const runtime = createRuntime()

/** A context as a handler gets it. */
export function newContext(): MessageContext {
  return new MessageContext(runtime)
}

/** Runs `work` in a unit of work of its own. */
export function inTransaction<T>(unitOfWork: UnitOfWork, work: (transaction: unknown) => Promise<T>): Promise<T> {
  const context = newContext()
  return unitOfWork.run(context, () => work(context.transaction))
}

/** What makes a unit of work roll back. */
export class Rollback extends Error {}

/** Runs `work` in a unit of work that fails afterwards. */
export async function rolledBack(
  unitOfWork: UnitOfWork,
  work: (transaction: unknown) => Promise<unknown>,
): Promise<void> {
  try {
    await inTransaction(unitOfWork, async (transaction) => {
      await work(transaction)
      throw new Rollback()
    })
  } catch (error) {
    if (!(error instanceof Rollback)) throw error
  }
}

/** A new id. */
export function newId(): string {
  return runtime.newId()
}

/** An envelope of one topic; `key` may be missing. */
export function newEnvelope(key?: string, more: Partial<Envelope> = {}): Envelope {
  return {
    id: runtime.newId(),
    type: 'conformance.item.changed.v1',
    source: 'conformance',
    topic: 'conformance.items',
    occurredAt: runtime.timestamp(),
    payload: { text: 'item' },
    partitionKey: key,
    aggregateId: key,
    aggregateType: 'item',
    ...more,
  }
}
