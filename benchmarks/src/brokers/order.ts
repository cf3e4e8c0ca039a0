import { Contract, createRuntime, type Envelope, IntegrationEvent } from '@gulo/core'

/** The type on the wire. */
export const ORDER_PLACED = 'benchmarks.order.placed.v1'

/** The event of all broker benchmarks: some 300 bytes of JSON. */
@Contract(ORDER_PLACED, { key: 'orderId' })
export class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly email!: string
  readonly lines!: readonly { readonly sku: string; readonly quantity: number; readonly price: number }[]
  readonly total!: number
  readonly currency!: string
  readonly placedAt!: string
}

/** What both sides write from: an order with a name of its own and a key. */
export interface Order {
  readonly id: string
  readonly key: string
  readonly data: Readonly<Record<string, unknown>>
}

const SOURCE = 'benchmarks'
const TIME = '2026-01-31T12:00:00.000Z'
const runtime = createRuntime()

/** The order `number`, with one of `keys` keys. */
export function orderOf(number: number, keys = 1000): Order {
  const orderId = `order-${number % keys}`
  const lines = Array.from({ length: 3 }, (_, line) => ({ sku: `sku-${line}-black`, quantity: line + 1, price: 19.9 }))
  const data = { orderId, email: 'buyer@example.com', lines, total: 119.4, currency: 'EUR', placedAt: TIME }
  return { id: runtime.newId(), key: orderId, data }
}

/** The order as Gulo is given it. */
export function envelopeOf({ id, key, data }: Order, topic: string): Envelope {
  return {
    id,
    type: ORDER_PLACED,
    source: SOURCE,
    topic,
    occurredAt: TIME,
    payload: data,
    partitionKey: key,
    aggregateId: key,
  }
}

/** The order as Gulo writes it, for the raw side: the same headers and bytes, made in the shortest way. */
export function wireOf({ id, key, data }: Order, prefix: string) {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    [`${prefix}specversion`]: '1.0',
    [`${prefix}id`]: id,
    [`${prefix}source`]: SOURCE,
    [`${prefix}type`]: ORDER_PLACED,
    [`${prefix}time`]: TIME,
    [`${prefix}subject`]: key,
    [`${prefix}partitionkey`]: key,
  }
  return { key, headers, value: Buffer.from(JSON.stringify(data)) }
}
