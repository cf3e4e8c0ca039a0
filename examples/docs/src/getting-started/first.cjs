const {
  Command,
  Contract,
  createService,
  DomainEvent,
  EventMapper,
  handler,
  IntegrationEvent,
  memoryBroker,
  memoryStore,
  memoryTransport,
  result,
} = require('@gulo/core')

class OrderPlacedV1 extends IntegrationEvent {}
Contract('shop.order.placed.v1', { key: (event) => event.orderId })(OrderPlacedV1)

class PlaceOrder extends Command {}

class OrderPlaced extends DomainEvent {
  constructor(orderId, sku, quantity) {
    super()
    Object.assign(this, { orderId, sku, quantity })
  }
}

const placeOrder = handler(PlaceOrder, ({ orderId, sku, quantity }) =>
  result(orderId, new OrderPlaced(orderId, sku, quantity)),
)
const reserveStock = handler(OrderPlacedV1, ({ orderId, sku, quantity }) => {
  console.log(`warehouse: ${quantity} of ${sku} set aside for order ${orderId}`)
})

const broker = memoryBroker()
const shop = createService({
  name: 'shop',
  handlers: [placeOrder],
  mapper: new EventMapper().register(OrderPlaced, OrderPlacedV1),
  transport: memoryTransport({ broker }),
  store: memoryStore(),
})
const warehouse = createService({
  name: 'warehouse',
  handlers: [reserveStock],
  transport: memoryTransport({ broker }),
  store: memoryStore(),
})

async function main() {
  await warehouse.start()
  const { mediator } = await shop.start()
  const { value } = await mediator.send(PlaceOrder.of({ orderId: '4711', sku: 'A-1', quantity: 2 }))
  console.log(`shop: order ${value} accepted`)
}
main().catch(console.error)
