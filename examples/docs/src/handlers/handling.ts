import { Handles, handler, Mediator, result } from '@gulo/core'
import { OrderPlaced, PlaceOrder, RemindCustomer, StockLow, StockOf } from './messages.js'

// #region classes
export class Stock {
  private readonly left = new Map([['A-1', 10]])

  of(sku: string): number {
    return this.left.get(sku) ?? 0
  }

  take(sku: string, quantity: number): number {
    this.left.set(sku, this.of(sku) - quantity)
    return this.of(sku)
  }
}

@Handles(PlaceOrder)
export class PlaceOrderHandler {
  async handle({ orderId, sku, quantity }: PlaceOrder) {
    return result(orderId, new OrderPlaced(orderId, sku, quantity))
  }
}

@Handles(OrderPlaced)
export class TakeFromStock {
  constructor(private readonly stock: Stock) {}

  async handle({ sku, quantity }: OrderPlaced) {
    const left = this.stock.take(sku, quantity)
    return left < 10 ? { domainEvents: [new StockLow(sku)] } : undefined
  }
}

// #endregion

// #region functions
export const reminded: string[] = []

export const remindCustomer = handler(
  RemindCustomer,
  async ({ orderId }) => {
    reminded.push(orderId)
  },
  { name: 'RemindCustomer' },
)

export const stockOf = (stock: Stock) => handler(StockOf, ({ sku }) => stock.of(sku))
// #endregion

export const purchased: string[] = []
const buyMore = handler(StockLow, ({ sku }) => void purchased.push(sku), { name: 'BuyMore' })

export async function sendAndAsk() {
  // #region mediator
  const stock = new Stock()
  const mediator = new Mediator({
    handlers: [PlaceOrderHandler, new TakeFromStock(stock), remindCustomer, stockOf(stock), buyMore],
  })

  const { value } = await mediator.send(PlaceOrder.of({ orderId: '4711', sku: 'A-1', quantity: 2 })) // a text
  const left = await mediator.send(StockOf.of({ sku: 'A-1' })) // a number
  await mediator.publish(new OrderPlaced('4712', 'A-1', 1)) // every handler of OrderPlaced has run
  // #endregion
  return { value, left, stock }
}

// #region refused
@Handles(PlaceOrder)
class Fine {
  async handle(command: PlaceOrder) {
    return result(command.orderId)
  }
}

// @ts-expect-error the handler of PlaceOrder answers a Result<string>, not a number
@Handles(PlaceOrder)
class WrongAnswer {
  async handle(_command: PlaceOrder) {
    return 1
  }
}

// @ts-expect-error this handler takes another message than the one it is for
@Handles(PlaceOrder)
class WrongMessage {
  async handle(_query: StockOf) {
    return result('4711')
  }
}

export async function wrongMessages(mediator: Mediator) {
  // @ts-expect-error an event is published, not sent
  await mediator.send(new OrderPlaced('4711', 'A-1', 2))
  // @ts-expect-error a plain object is no message
  await mediator.send({ orderId: '4711' })
  // @ts-expect-error the quantity is missing
  PlaceOrder.of({ orderId: '4711', sku: 'A-1' })
}
// #endregion

export const judged = [Fine, WrongAnswer, WrongMessage]

// #region aggregate
export class Order {
  readonly domainEvents: OrderPlaced[] = []

  static place(orderId: string, sku: string, quantity: number): Order {
    const order = new Order()
    order.domainEvents.push(new OrderPlaced(orderId, sku, quantity))
    return order
  }
}
// #endregion
