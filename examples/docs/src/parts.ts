import { Consumer, EventPublisher, Mediator, memoryBroker, memoryTransport, withIntegrationEvents } from '@gulo/core'
import { PlaceOrder } from './handlers/messages.js'
import { OrderPlacedV1, placeOrder, twoVersions } from './mapping.js'

export const arrived: string[] = []
const mapper = twoVersions()

export async function parts() {
  const broker = memoryBroker()
  // #region parts
  // the wrapping decorator: the same interface, one more thing done
  const publisher = memoryTransport({ broker })
  await publisher.start()
  const mediator = withIntegrationEvents(new Mediator({ handlers: [placeOrder] }), {
    mapper,
    publisher,
    source: 'shop',
  })
  await mediator.send(PlaceOrder.of({ orderId: '4711', sku: 'A-1', quantity: 2 }))

  // publishing by hand
  const byHand = await new EventPublisher({ transport: memoryTransport({ broker }), source: 'import' }).start()
  await byHand.publish(OrderPlacedV1.of({ orderId: '4712', sku: 'A-1', quantity: 1 }))

  // consuming by function
  const transport = memoryTransport({ broker })
  await transport.start()
  const consumer = new Consumer({ transport, group: 'mails' })
  consumer.handle(OrderPlacedV1, async ({ orderId }) => void arrived.push(orderId))
  await consumer.start()
  // #endregion
  return [consumer, transport, byHand, publisher]
}
