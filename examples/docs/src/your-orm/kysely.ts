import { handler, result } from '@gulo/core'
import { clientOf, postgres } from '@gulo/postgres'
import { kyselyTransactions } from '@gulo/postgres/kysely'
import type { Kysely, Transaction } from 'kysely'
import type pg from 'pg'
import { OrderPlaced, PlaceOrder } from './orders.js'

// #region example
interface Tables {
  orders: { id: string }
}

export function ordersWithKysely(pool: pg.Pool, db: Kysely<Tables>) {
  const store = postgres({ pool, transactions: kyselyTransactions(db) })
  const placeOrder = handler(PlaceOrder, async ({ orderId }, context) => {
    const trx = clientOf<Transaction<Tables>>(context)
    await trx.insertInto('orders').values({ id: orderId }).execute()
    return result(undefined, new OrderPlaced(orderId))
  })
  return { store, handlers: [placeOrder] }
}
// #endregion
