import {
  Command,
  Contract,
  createService,
  DomainEvent,
  EventMapper,
  Handles,
  IntegrationEvent,
  type MessageContext,
  memoryBroker,
  memoryStore,
  memoryTransport,
  type Result,
  result,
} from '@gulo/core'

export const reserved: string[] = []
class Orders {
  async save(_order: PlaceOrder): Promise<void> {}
}
class Stock {
  async reserve(sku: string, quantity: number): Promise<void> {
    reserved.push(`${quantity} of ${sku}`)
  }
}

// #region program
// What crosses services. Both sides import it.
@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly sku!: string
  readonly quantity!: number
}

// ordering: a command in, what happened out
class PlaceOrder extends Command<Result<string>> {
  readonly orderId!: string
  readonly sku!: string
  readonly quantity!: number
}
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
  constructor(private readonly orders: Orders) {}
  async handle(command: PlaceOrder) {
    await this.orders.save(command)
    return result(command.orderId, new OrderPlaced(command.orderId, command.sku, command.quantity))
  }
}

const broker = memoryBroker()
const ordering = createService({
  name: 'ordering',
  handlers: [new PlaceOrderHandler(new Orders())],
  mapper: new EventMapper().register(OrderPlaced, OrderPlacedV1), // compiles because the fields match
  transport: memoryTransport({ broker }), // or kafka({ brokers: ['localhost:9092'] }), or rabbitmq({ url })
  store: memoryStore(), // outbox, inbox, dead letters, schedule
})

// inventory: handles it once, in order per key, tries again when it fails, sets it aside when that does not help
@Handles(OrderPlacedV1)
class ReserveStock {
  constructor(private readonly stock: Stock) {}
  async handle(event: OrderPlacedV1, _context: MessageContext) {
    await this.stock.reserve(event.sku, event.quantity)
  }
}
const inventory = createService({
  name: 'inventory',
  handlers: [new ReserveStock(new Stock())],
  transport: memoryTransport({ broker }),
  store: memoryStore(),
})

await inventory.start()
const { mediator } = await ordering.start()
const { value } = await mediator.send(PlaceOrder.of({ orderId: '4711', sku: 'A-1', quantity: 2 })) // value: string
// #endregion

export const accepted = value
export const stop = async () => {
  await ordering.stop()
  await inventory.stop()
}
