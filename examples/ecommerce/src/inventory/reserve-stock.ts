import { Handles, type MessageContext, result } from '@gulo/core'
import { OrderPlacedV1 } from '../contracts/order-placed.v1.js'
import { StockReservedV1 } from '../contracts/stock-reserved.v1.js'
import { Stock } from './stock.js'

/** The shelf system that the warehouse asks before it reserves; it may be out of reach. */
export interface Shelves {
  locate(sku: string, attempt: number): Promise<void>
}

@Handles(OrderPlacedV1)
export class ReserveStock {
  constructor(
    private readonly stock: Stock,
    private readonly shelves: Shelves,
  ) {}

  async handle({ orderId, sku, quantity, number }: OrderPlacedV1, { attempt }: MessageContext) {
    await this.shelves.locate(sku, attempt)
    const left = this.stock.reserve({ orderId, sku, number }, quantity)
    return result(undefined, StockReservedV1.of({ orderId, sku, left }))
  }
}
