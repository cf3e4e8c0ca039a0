import type { PGlite, Transaction } from '@electric-sql/pglite'
import { handler, result } from '@gulo/core'
import { clientOf, postgres } from '@gulo/postgres'
import { pglitePool, pgliteTransactions } from '@gulo/postgres/pglite'
import { OrderPlaced, PlaceOrder } from './orders.js'

// #region example
export function ordersWithPglite(db: PGlite) {
  const store = postgres({ pool: pglitePool(db), transactions: pgliteTransactions(db) })
  const placeOrder = handler(PlaceOrder, async ({ orderId }, context) => {
    const tx = clientOf<Transaction>(context)
    await tx.query('insert into orders (id) values ($1)', [orderId])
    return result(undefined, new OrderPlaced(orderId))
  })
  return { store, handlers: [placeOrder] }
}
// #endregion
