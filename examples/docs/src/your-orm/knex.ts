import { handler, result } from '@gulo/core'
import { clientOf, postgres } from '@gulo/postgres'
import { knexTransactions } from '@gulo/postgres/knex'
import type { Knex } from 'knex'
import type pg from 'pg'
import { OrderPlaced, PlaceOrder } from './orders.js'

// #region example
export function ordersWithKnex(pool: pg.Pool, knex: Knex) {
  const store = postgres({ pool, transactions: knexTransactions(knex) })
  const placeOrder = handler(PlaceOrder, async ({ orderId }, context) => {
    const trx = clientOf<Knex.Transaction>(context)
    await trx('orders').insert({ id: orderId })
    return result(undefined, new OrderPlaced(orderId))
  })
  return { store, handlers: [placeOrder] }
}
// #endregion
