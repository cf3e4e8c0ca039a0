import { Contract, IntegrationEvent } from '@gulo/core'
import { IsInt, IsString, IsUUID, Min } from 'class-validator'

/** An order was accepted. The article is the key, so that the stock of one article changes in the order of its orders. */
@Contract('ordering.order.placed.v1', { key: 'sku' })
export class OrderPlacedV1 extends IntegrationEvent {
  @IsUUID() readonly orderId!: string
  @IsString() readonly sku!: string
  @IsInt() @Min(1) readonly quantity!: number
  /** Counts the orders of one article, from 1. */
  @IsInt() @Min(1) readonly number!: number
}
