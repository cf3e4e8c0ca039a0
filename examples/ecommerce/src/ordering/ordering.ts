import { createService, EventMapper, memoryStore, type Service, type Transport } from '@gulo/core'
import { validation } from '@gulo/validation'
import { OrderPlacedV1 } from '../contracts/order-placed.v1.js'
import { Orders } from './orders.js'
import { OrderPlaced, PlaceOrderHandler } from './place-order.js'

/** The service that accepts orders. */
export function createOrdering(transport: Transport, orders = new Orders()): Service {
  const mapper = new EventMapper({ unmapped: 'fail' })
  mapper.register(OrderPlaced, OrderPlacedV1)
  return createService({
    name: 'ordering',
    handlers: [new PlaceOrderHandler(orders)],
    mapper,
    transport,
    store: memoryStore(),
    middleware: [validation()],
  })
}
