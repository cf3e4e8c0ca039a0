import { Command, Contract, DomainEvent, EventMapper, IntegrationEvent, type Result } from '@gulo/core'

export class PlaceOrder extends Command<Result<void>> {
  readonly orderId!: string
}

export class OrderPlaced extends DomainEvent {
  constructor(readonly orderId: string) {
    super()
  }
}

@Contract('ordering.order.placed.v1', { key: 'orderId' })
export class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}

export const mapper = new EventMapper()
mapper.register(OrderPlaced, OrderPlacedV1)
