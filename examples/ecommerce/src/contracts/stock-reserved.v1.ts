import { Contract, IntegrationEvent } from '@gulo/core'
import { IsInt, IsString, IsUUID } from 'class-validator'

/** Stock was set aside for an order. */
@Contract('inventory.stock.reserved.v1', { key: 'orderId' })
export class StockReservedV1 extends IntegrationEvent {
  @IsUUID() readonly orderId!: string
  @IsString() readonly sku!: string
  @IsInt() readonly left!: number
}
