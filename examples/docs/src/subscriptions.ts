import {
  Consumer,
  Contract,
  createService,
  type GroupMover,
  Handles,
  IntegrationEvent,
  type Service,
  type ServiceOptions,
  type Transport,
} from '@gulo/core'

// #region pattern
/** Every shop has a topic of its own. */
@Contract('shop.order.placed.v1', { key: 'orderId', topic: (event: OrderPlacedV1) => `orders.${event.shop}` })
export class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly shop!: string
}

@Handles(OrderPlacedV1)
export class CountOrders {
  handle({ shop, orderId }: OrderPlacedV1) {
    counted.push(`${shop} ${orderId}`)
  }
}

export function statistics(transport: Transport): Service {
  return createService({ name: 'statistics', handlers: [CountOrders], patterns: [/^orders\./], transport })
}
// #endregion

export const counted: string[] = []

// #region broadcast
@Contract('shop.price.changed.v1', { key: 'article' })
export class PriceChangedV1 extends IntegrationEvent {
  readonly article!: string
}

/** Runs in every instance of the service: each has prices of its own to forget. */
@Handles(PriceChangedV1, { broadcast: true })
export class ForgetPrice {
  constructor(private readonly prices: Map<string, number>) {}

  handle({ article }: PriceChangedV1) {
    this.prices.delete(article)
  }
}
// #endregion

// #region start
export function sinceNewYear(options: ServiceOptions): Service {
  return createService({ ...options, startAt: { timestamp: Date.UTC(2026, 0, 1) } })
}
// #endregion

// #region consumer
/** Learns all prices there ever were when it starts, and then every new one. */
export function priceList(transport: Transport, prices: Set<string>): Consumer {
  const consumer = new Consumer({ transport, group: 'price-list', broadcast: true, startAt: 'earliest' })
  return consumer.handle(PriceChangedV1, ({ article }) => void prices.add(article))
}
// #endregion

export async function maintain(service: Service, work: () => Promise<void>): Promise<number> {
  // #region rest
  service.pause()
  try {
    await work()
  } finally {
    service.resume()
  }
  const waiting = (await service.lag()).reduce((sum, { lag }) => sum + lag, 0)
  // #endregion
  return waiting
}

// #region move
/** Has a service handle everything once more that was published since; while none of its instances runs. */
export async function handleAgain(transport: Transport & GroupMover, service: Service, since: Date): Promise<void> {
  const topics = ['shop.price.changed.v1']
  await transport.moveGroup(service.name, topics, { timestamp: since.getTime() })
}
// #endregion
