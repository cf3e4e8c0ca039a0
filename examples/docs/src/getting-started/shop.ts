import { Command, createService, DomainEvent, EventMapper, Handles, type Result, result } from '@gulo/core'
import { OrderPlacedV1 } from './contracts.js'
import { transport } from './transport.js'

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
  async handle({ orderId, sku, quantity }: PlaceOrder) {
    return result(orderId, new OrderPlaced(orderId, sku, quantity))
  }
}

const shop = createService({
  name: 'shop',
  handlers: [PlaceOrderHandler],
  mapper: new EventMapper().register(OrderPlaced, OrderPlacedV1),
  transport: transport('shop'),
})

const { mediator } = await shop.start()
const { value } = await mediator.send(PlaceOrder.of({ orderId: '4711', sku: 'A-1', quantity: 2 }))
console.log(`shop: order ${value} accepted`)
await shop.stop()
