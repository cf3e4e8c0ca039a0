import { Contract, createService, handler, IntegrationEvent, type Transport } from '@gulo/core'

@Contract('ordering.order.received.v1', { key: 'orderId' })
class OrderReceivedV1 extends IntegrationEvent {
  readonly orderId!: string
}

/** The id of an order that a service published and handled itself over `transport`. */
export async function minimalWith(transport: Transport, name: string): Promise<string> {
  let arrived = (_: string) => undefined as void
  const handled = new Promise<string>((resolve) => {
    arrived = resolve
  })
  const receive = handler(OrderReceivedV1, async ({ orderId }: OrderReceivedV1) => arrived(orderId))
  const service = createService({ name, handlers: [receive], transport })
  await service.start()
  await service.mediator.publish(OrderReceivedV1.of({ orderId: 'order-1' }))
  const orderId = await handled
  await service.stop()
  return orderId
}
