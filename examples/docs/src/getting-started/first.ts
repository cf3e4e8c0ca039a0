import {
  Command,
  Contract,
  createService,
  DomainEvent,
  EventMapper,
  Handles,
  IntegrationEvent,
  memoryBroker,
  memoryStore,
  memoryTransport,
  type Result,
  result,
} from '@gulo/core'

/** What crosses services. Its type is its name on the wire; messages of one key keep their order. */
@Contract('shop.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly sku!: string
  readonly quantity!: number
}

/** What the shop is asked to do. Its handler answers a text, the id of the order. */
class PlaceOrder extends Command<Result<string>> {
  readonly orderId!: string
  readonly sku!: string
  readonly quantity!: number
}

/** What has happened in the shop. It stays there; the mapper below says what others are told. */
class OrderPlaced extends DomainEvent {
  constructor(
    readonly orderId: string,
    readonly sku: string,
    readonly quantity: number,
  ) {
    super()
  }
}

@Handles(PlaceOrder)
class PlaceOrderHandler {
  async handle({ orderId, sku, quantity }: PlaceOrder) {
    return result(orderId, new OrderPlaced(orderId, sku, quantity))
  }
}

@Handles(OrderPlacedV1)
class ReserveStock {
  async handle({ orderId, sku, quantity }: OrderPlacedV1) {
    console.log(`warehouse: ${quantity} of ${sku} set aside for order ${orderId}`)
  }
}

const broker = memoryBroker()

const shop = createService({
  name: 'shop',
  handlers: [PlaceOrderHandler],
  mapper: new EventMapper().register(OrderPlaced, OrderPlacedV1),
  transport: memoryTransport({ broker }),
  store: memoryStore(),
})
const warehouse = createService({
  name: 'warehouse',
  handlers: [ReserveStock],
  transport: memoryTransport({ broker }),
  store: memoryStore(),
})

await warehouse.start()
const { mediator } = await shop.start()
const { value } = await mediator.send(PlaceOrder.of({ orderId: '4711', sku: 'A-1', quantity: 2 }))
console.log(`shop: order ${value} accepted`)
