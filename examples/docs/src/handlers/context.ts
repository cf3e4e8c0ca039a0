import {
  Command,
  Contract,
  contextKey,
  DomainEvent,
  Handles,
  type Hooks,
  handler,
  Mediator,
  type MessageContext,
  result,
} from '@gulo/core'
import { OrderPlaced, PlaceOrder, RemindCustomer, StockOf } from './messages.js'

// #region key
export interface User {
  readonly name: string
}

export const USER = contextKey<User>('user')

/** Runs before every handler; handlers read the user by `context.get(USER)`. */
export const whoAsks: Hooks = {
  name: 'whoAsks',
  before(_message, context) {
    context.set(USER, { name: context.headers['user'] ?? 'nobody' })
  },
}

// #endregion

export const journal: string[] = []

// #region use
@Handles(PlaceOrder)
export class PlaceOrderHandler {
  async handle({ orderId, sku, quantity }: PlaceOrder, context: MessageContext) {
    const left = await context.send(StockOf.of({ sku })) // in the same unit of work
    if (left < quantity) throw new Error(`Only ${left} of ${sku} are left.`)
    const by = context.get(USER)?.name
    journal.push(`${context.correlationId}: ${by} orders ${quantity} of ${sku}`)
    return result(orderId, new OrderPlaced(orderId, sku, quantity))
  }
}
// #endregion

export async function sendWithContext() {
  const seen: string[] = []
  const mediator = new Mediator({
    handlers: [
      PlaceOrderHandler,
      handler(StockOf, () => 5),
      handler(OrderPlaced, (_, context) => void seen.push(context.correlationId, String(context.tenantId))),
      handler(RemindCustomer, () => undefined),
    ],
    middleware: [whoAsks],
  })
  // #region options
  await mediator.send(PlaceOrder.of({ orderId: '4711', sku: 'A-1', quantity: 2 }), {
    correlationId: 'checkout-1',
    tenantId: 'acme',
    headers: { user: 'ada' },
    signal: AbortSignal.timeout(5000),
  })
  // #endregion
  return seen
}

// #region schedule
/** What is scheduled is written down, so it needs a contract like what crosses services. */
@Contract('shop.order.remind.v1', { key: 'orderId' })
export class RemindLater extends Command {
  readonly orderId!: string
}

export class DeliveryAgreed extends DomainEvent {
  constructor(
    readonly orderId: string,
    readonly at: Date,
  ) {
    super()
  }
}

export const remindTheDayBefore = handler(DeliveryAgreed, async ({ orderId, at }, context) => {
  const dayBefore = at.getTime() - 24 * 3_600_000
  await context.schedule(RemindLater.of({ orderId }), dayBefore, { cancelKey: `remind ${orderId}` })
})
// #endregion
