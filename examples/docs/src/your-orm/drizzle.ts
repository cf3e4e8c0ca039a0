import { handler, result } from '@gulo/core'
import { clientOf, postgres } from '@gulo/postgres'
import { drizzleTransactions } from '@gulo/postgres/drizzle'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { pgTable, text } from 'drizzle-orm/pg-core'
import type pg from 'pg'
import { OrderPlaced, PlaceOrder } from './orders.js'

// #region example
const orders = pgTable('orders', { id: text().primaryKey() })

export function ordersWithDrizzle(pool: pg.Pool, db: NodePgDatabase) {
  const store = postgres({ pool, transactions: drizzleTransactions(db) })
  const placeOrder = handler(PlaceOrder, async ({ orderId }, context) => {
    const tx = clientOf<NodePgDatabase>(context)
    await tx.insert(orders).values({ id: orderId })
    return result(undefined, new OrderPlaced(orderId))
  })
  return { store, handlers: [placeOrder] }
}
// #endregion
