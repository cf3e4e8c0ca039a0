import type { Reservation } from '../inventory/stock.js'
import type { Order, Orders } from '../ordering/orders.js'

export interface Ledger {
  readonly placed: number
  readonly handled: number
  readonly lost: number
  readonly twice: number
  readonly reordered: number
}

/** Holds what was placed against what was reserved, order by order: by id, and in order for each article. */
export function keepLedger(
  orders: Orders,
  placedIds: readonly Order['orderId'][],
  reservations: readonly Reservation[],
): Ledger {
  const times = new Map<string, number>()
  const lastOfSku = new Map<string, number>()
  let reordered = 0
  for (const { orderId, sku, number } of reservations) {
    times.set(orderId, (times.get(orderId) ?? 0) + 1)
    if (number <= (lastOfSku.get(sku) ?? 0)) reordered++
    lastOfSku.set(sku, number)
  }
  return {
    placed: placedIds.filter((id) => orders.find(id)).length,
    handled: placedIds.filter((id) => times.has(id)).length,
    lost: placedIds.filter((id) => !times.has(id)).length,
    twice: [...times.values()].filter((count) => count > 1).length,
    reordered,
  }
}
