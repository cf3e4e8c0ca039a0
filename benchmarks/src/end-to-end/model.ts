import {
  Command,
  Contract,
  DomainEvent,
  EventMapper,
  handler,
  IntegrationEvent,
  type MessageContext,
  result,
} from '@gulo/core'
import type { PostgresTransaction } from '@gulo/postgres'

/** Places an order of some 600 bytes. */
export class PlaceOrder extends Command<void> {
  readonly orderId!: string
  readonly note!: string
  readonly sentAtMs!: number
}

class OrderPlaced extends DomainEvent {
  constructor(readonly order: PlaceOrder) {
    super()
  }
}

@Contract('benchmarks.order.placed.v2', { key: 'orderId' })
class OrderPlacedV2 extends IntegrationEvent {
  readonly orderId!: string
  readonly note!: string
  readonly sentAtMs!: number
}

export const mapper = new EventMapper().register(OrderPlaced, OrderPlacedV2, ({ order }) => ({
  orderId: order.orderId,
  note: order.note,
  sentAtMs: order.sentAtMs,
}))

const insert = (schema: string) => ({
  name: `${schema}_row`,
  text: `insert into ${schema}.business (id, note) values ($1::text, $2::text)`,
})
const transactionOf = (context: MessageContext) => context.transaction as PostgresTransaction

/** Stores the order and raises the event. */
export function placeOrder(schema: string) {
  const row = insert(schema)
  return handler(PlaceOrder, async (order, context) => {
    await transactionOf(context).query(row, [order.orderId, order.note])
    return result(undefined, new OrderPlaced(order))
  })
}

/** Stores what the event says. */
export function noteOrder(schema: string) {
  const row = insert(schema)
  return handler(OrderPlacedV2, async (event, context) => {
    await transactionOf(context).query(row, [event.orderId, event.note])
  })
}
