import {
  Command,
  Contract,
  createService,
  DomainEvent,
  EventMapper,
  Handles,
  IntegrationEvent,
  memoryTransport,
  type Result,
  result,
} from '@gulo/core'

// #region shop
@Contract('shop.order.placed.v1', { key: 'orderId' })
export class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}

export class PlaceOrder extends Command<Result<string>> {
  readonly orderId!: string
}

export class OrderPlaced extends DomainEvent {
  constructor(readonly orderId: string) {
    super()
  }
}

@Handles(PlaceOrder)
export class PlaceOrderHandler {
  constructor(private readonly taken = new Set<string>()) {}

  async handle({ orderId }: PlaceOrder) {
    if (this.taken.has(orderId)) throw new Error(`The order ${orderId} exists already.`)
    this.taken.add(orderId)
    return result(orderId, new OrderPlaced(orderId))
  }
}

@Handles(OrderPlacedV1)
export class ReserveStock {
  readonly reserved: string[] = []

  async handle({ orderId }: OrderPlacedV1) {
    this.reserved.push(orderId)
  }
}

export const createShop = (transport = memoryTransport()) =>
  createService({
    name: 'shop',
    handlers: [new PlaceOrderHandler()],
    mapper: new EventMapper().register(OrderPlaced, OrderPlacedV1),
    transport,
  })

export const createWarehouse = (reserveStock = new ReserveStock(), transport = memoryTransport()) =>
  createService({ name: 'warehouse', handlers: [reserveStock], transport })
// #endregion
