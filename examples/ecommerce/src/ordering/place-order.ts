import { Command, DomainEvent, Handles, type Result, result } from '@gulo/core'
import { IsInt, IsString, IsUUID, Length, Max, Min } from 'class-validator'
import { Orders } from './orders.js'

/** Accepts an order; answers its id. */
export class PlaceOrder extends Command<Result<string>> {
  @IsUUID() readonly orderId!: string
  @IsString() @Length(1, 40) readonly sku!: string
  @IsInt() @Min(1) @Max(1000) readonly quantity!: number
}

export class OrderPlaced extends DomainEvent {
  constructor(
    readonly orderId: string,
    readonly sku: string,
    readonly quantity: number,
    readonly number: number,
  ) {
    super()
  }
}

@Handles(PlaceOrder)
export class PlaceOrderHandler {
  constructor(private readonly orders: Orders) {}

  async handle({ orderId, sku, quantity }: PlaceOrder) {
    const number = this.orders.add({ orderId, sku, quantity })
    return result(orderId, new OrderPlaced(orderId, sku, quantity, number))
  }
}
