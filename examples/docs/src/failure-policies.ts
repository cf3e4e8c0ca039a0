import {
  anyError,
  createService,
  exponential,
  failurePolicy,
  fixed,
  type HandlerSource,
  type IdempotencyKeyStore,
  type MemoryStore,
  onError,
  type Service,
  type Transport,
} from '@gulo/core'

// #region errors
/** Trying again cannot help: the message goes to the dead letters at once. */
export class OutOfStockError extends Error {
  readonly retryable = false
}

export class TimeoutError extends Error {}
export class MaintenanceError extends Error {}
export class LateError extends Error {}
// #endregion

// #region policy
export const policy = failurePolicy(
  onError(TimeoutError)
    .retry(5, exponential({ base: '200ms', max: '10s' }))
    .schedule(['1m', '15m'])
    .deadLetter(),
  onError(MaintenanceError).pause('30s'),
  onError(LateError).discard(),
  onError('GULO_HANDLER_TIMEOUT').retry(2, fixed('1s')).quarantine(),
  onError({ words: 'a conflict', matches: (error) => (error as { code?: unknown }).code === '40001' }).retry(10),
  anyError().retry(3).deadLetter(),
)
// #endregion

export function createWarehouse(transport: Transport, store: MemoryStore, handlers: readonly HandlerSource[]): Service {
  // #region service
  const warehouse = createService({
    name: 'warehouse',
    handlers,
    transport,
    store,
    policy,
    handlerTimeout: '30s',
    circuitBreaker: { minimum: 20, failureRatio: 0.5, window: '1m', pause: '30s' },
  })
  // #endregion
  return warehouse
}

// #region retry-topics
/** For errors that pass by themselves, in a service without a store. */
export const patient = failurePolicy(onError(TimeoutError).retry(3).retryTopics(['10s', '1m', '15m']).deadLetter())
// #endregion

export function createLoneWarehouse(transport: Transport, handlers: readonly HandlerSource[]): Service {
  return createService({ name: 'warehouse', handlers, transport, policy: patient })
}

export function createShop(transport: Transport, store: MemoryStore, handlers: readonly HandlerSource[]): Service {
  // #region publish-failure
  const shop = createService({
    name: 'shop',
    handlers,
    transport,
    store: { deadLetters: store.deadLetters },
    onPublishFailure: 'dead-letter',
  })
  // #endregion
  return shop
}

export const journal: string[] = []

export async function replayAll(store: MemoryStore, warehouse: Service) {
  // #region replay
  const letters = await store.deadLetters.find({ kind: 'dead-letter', status: 'new', limit: 50 })
  for (const letter of letters) {
    journal.push(`${letter.type} ${letter.messageId}: ${letter.error.code} after ${letter.attempts} attempts`)
    await warehouse.replay(letter.id)
  }
  // #endregion
  return letters.length
}

// #region idempotency
/** Charges a card once for a key, where the effect is outside any database of ours. */
export async function chargeOnce(keys: IdempotencyKeyStore, paymentId: string, charge: () => Promise<void>) {
  const state = await keys.claim(`charge ${paymentId}`, 24 * 3600)
  if (state === 'done') return
  if (state === 'in-progress') throw new Error(`The payment ${paymentId} is under way elsewhere.`) // and so tried again
  await charge()
  await keys.put(`charge ${paymentId}`, 24 * 3600)
}
// #endregion
