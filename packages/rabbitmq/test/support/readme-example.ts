import { Contract, IntegrationEvent } from '@gulo/core'

@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlaced extends IntegrationEvent {
  readonly orderId!: string
  readonly total!: number
}

// #region publish
import { EventPublisher } from '@gulo/core'
import { rabbitmq } from '@gulo/rabbitmq'

/** Publishes by hand. */
export async function publishByHand(url = 'amqp://guest:guest@localhost:5672'): Promise<void> {
  const transport = rabbitmq({ url })
  await using publisher = await new EventPublisher({ transport, source: 'ordering' }).start()
  await publisher.publish(OrderPlaced.of({ orderId: 'o-1', total: 42 }))
}
// #endregion
