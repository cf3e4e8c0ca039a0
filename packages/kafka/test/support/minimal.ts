import { Contract, createService, handler, IntegrationEvent, type MessageContext } from '@gulo/core'
import { kafka } from '@gulo/kafka'

@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}

/** Publishes an order and resolves with its id once the other service has handled it. */
export async function minimal(brokers: readonly string[], name: string): Promise<string> {
  let arrived = (_: string) => undefined as void
  const handled = new Promise<string>((resolve) => {
    // The topic may have been used before.
    arrived = (orderId) => {
      if (orderId === 'order-1') resolve(orderId)
    }
  })
  const reserveStock = handler(OrderPlacedV1, async ({ orderId }: OrderPlacedV1, _: MessageContext) => arrived(orderId))

  const inventory = createService({ name, handlers: [reserveStock], transport: kafka({ brokers, clientId: name }) })
  await inventory.start()
  const { mediator } = inventory
  await mediator.publish(OrderPlacedV1.of({ orderId: 'order-1' }))

  const orderId = await handled
  await inventory.stop()
  return orderId
}
