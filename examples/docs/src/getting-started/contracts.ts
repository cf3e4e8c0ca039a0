import { Contract, IntegrationEvent } from '@gulo/core'

@Contract('shop.order.placed.v1', { key: 'orderId' })
export class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly sku!: string
  readonly quantity!: number
}
