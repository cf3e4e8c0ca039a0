import { Contract, DomainEvent, EventMapper, handler, IntegrationEvent, type MessageContext, result } from '@gulo/core'
import { PlaceOrder } from './handlers/messages.js'

// #region events
export class OrderPlaced extends DomainEvent {
  constructor(
    readonly orderId: string,
    readonly sku: string,
    readonly quantity: number,
  ) {
    super()
  }
}

/** What others are told, and what they may rely on for as long as this version lives. */
@Contract('shop.order.placed.v1', { key: 'orderId' })
export class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly sku!: string
  readonly quantity!: number
}

@Contract('shop.order.placed.v2', { key: 'orderId' })
export class OrderPlacedV2 extends IntegrationEvent {
  readonly orderId!: string
  readonly items!: readonly { readonly sku: string; readonly quantity: number }[]
}
// #endregion

export function twoVersions(): EventMapper {
  // #region register
  const mapper = new EventMapper()
    .register(OrderPlaced, OrderPlacedV1) // the same fields: copied
    .register(OrderPlaced, OrderPlacedV2, ({ orderId, sku, quantity }) => ({ orderId, items: [{ sku, quantity }] }))
  // #endregion
  return mapper
}

export function refused(mapper: EventMapper) {
  // #region refused
  // @ts-expect-error give a transform: OrderPlaced has no items
  mapper.register(OrderPlaced, OrderPlacedV2)
  // @ts-expect-error the quantity is missing
  mapper.register(OrderPlaced, OrderPlacedV1, ({ orderId, sku }) => ({ orderId, sku }))
  // @ts-expect-error the contract has no colour
  mapper.register(OrderPlaced, OrderPlacedV1, ({ orderId, sku, quantity }) => ({ orderId, sku, quantity, colour: 1 }))
  // #endregion
}

export class StockCounted extends DomainEvent {
  constructor(readonly levels: readonly { readonly sku: string; readonly left: number }[]) {
    super()
  }
}

@Contract('warehouse.stock.low.v1', { key: 'sku' })
export class StockLowV1 extends IntegrationEvent {
  readonly sku!: string
  readonly left!: number
}

export function oneSeveralNone(): EventMapper {
  const mapper = new EventMapper()
  // #region several
  mapper.register(StockCounted, StockLowV1, ({ levels }) => levels.filter(({ left }) => left < 10))
  mapper.register(OrderPlaced, StockLowV1, ({ sku, quantity }) => (quantity > 100 ? { sku, left: 0 } : undefined))
  // #endregion
  return mapper
}

// #region base
export abstract class OrderChanged extends DomainEvent {
  constructor(readonly orderId: string) {
    super()
  }
}
export class OrderPaid extends OrderChanged {}
export class OrderSent extends OrderChanged {}

@Contract('shop.order.changed.v1', { key: 'orderId' })
export class OrderChangedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly change!: string
}

export const byBase = new EventMapper().register(OrderChanged, OrderChangedV1, (event) => ({
  orderId: event.orderId,
  change: event.constructor.name,
}))
// #endregion

@Contract('audit.event.happened.v1')
export class EventHappenedV1 extends IntegrationEvent {
  readonly name!: string
  readonly tenant!: string
}

export function byPredicate(): EventMapper {
  // #region predicate
  const mapper = new EventMapper({ unmapped: 'fail' }).registerWhen(
    (event) => event.constructor.name.startsWith('Order'),
    EventHappenedV1,
    (event, context: MessageContext) => ({ name: event.constructor.name, tenant: context.tenantId ?? '' }),
  )
  // #endregion
  return mapper
}

// #region explicit
export const placeOrder = handler(PlaceOrder, ({ orderId, sku, quantity }) =>
  result(
    orderId,
    new OrderPlaced(orderId, sku, quantity), // to the handlers here, and to the mapper
    OrderPlacedV1.of({ orderId, sku, quantity }), // to the broker, as it is
  ),
)
// #endregion

// #region contract
@Contract<MovedV1>('warehouse.parcel.moved.v1', {
  key: ({ tenant, parcelId }) => `${tenant}/${parcelId}`, // decides the partition
  topic: 'warehouse.movements', // instead of what the service's topic strategy says
})
export class MovedV1 extends IntegrationEvent {
  readonly tenant!: string
  readonly parcelId!: string
}
// #endregion
