import {
  Contract,
  createService,
  handler,
  IntegrationEvent,
  type Observer,
  type Service,
  type ServiceOptions,
} from '@gulo/core'

type Parts = Required<Pick<ServiceOptions, 'transport' | 'store'>>

@Contract('ordering.order.placed.v1', { key: 'orderId' })
export class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly article!: string
}

@Contract('payment.card.charged.v1', { key: 'orderId' })
export class CardChargedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly amount!: number
}

/** Writes with the transaction that it is handed, such as the one of PostgreSQL. */
export interface Stock {
  reserve(article: string, transaction: unknown): Promise<void>
}

export interface Mails {
  send(text: string, idempotencyKey: string): Promise<void>
}

// #region inbox
/** However often the broker delivers an order, its article is reserved once: inbox, stock and events commit together. */
export function inventory({ transport, store }: Parts, stock: Stock): Service {
  const reserve = handler(OrderPlacedV1, ({ article }, context) => stock.reserve(article, context.transaction))
  return createService({ name: 'inventory', handlers: [reserve], transport, store })
}
// #endregion

// #region outside
/** The mail service leaves out what it was sent under the same key. */
export function sendReceipt(mails: Mails) {
  return handler(CardChargedV1, ({ amount }, { messageId }) => mails.send(`You have paid ${amount}.`, messageId), {
    name: 'send receipt',
    batched: false,
  })
}
// #endregion

// #region batch
export function carefulInventory({ transport, store }: Parts, stock: Stock): Service {
  const reserve = handler(OrderPlacedV1, ({ article }, context) => stock.reserve(article, context.transaction))
  return createService({ name: 'inventory', handlers: [reserve], transport, store, batch: { size: 50, maxMs: 20 } })
}
// #endregion

// #region dedupe
/** A customer who presses the button twice has placed two orders with two ids: one article within ten minutes is meant. */
export function patientInventory({ transport, store }: Parts, stock: Stock): Service {
  const reserve = handler(OrderPlacedV1, ({ article }, context) => stock.reserve(article, context.transaction), {
    name: 'reserve',
    dedupe: { by: ({ article }) => article, window: '10m' },
  })
  return createService({ name: 'inventory', handlers: [reserve], transport, store })
}
// #endregion

// #region positions
export function positionedInventory({ transport, store }: Parts, stock: Stock): Service {
  const reserve = handler(OrderPlacedV1, ({ article }, context) => stock.reserve(article, context.transaction))
  return createService({ name: 'inventory', handlers: [reserve], transport, store, offsets: 'with-state' })
}
// #endregion

// #region counting
/** Counts what was left out, by consumer. */
export function countDuplicates(counts: Map<string, number>): Observer {
  return (signal) => {
    if (signal.kind === 'duplicate') counts.set(signal.consumer, (counts.get(signal.consumer) ?? 0) + 1)
  }
}
// #endregion
