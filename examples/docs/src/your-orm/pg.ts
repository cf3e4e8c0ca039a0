import { handler, result } from '@gulo/core'
import { clientOf, postgres } from '@gulo/postgres'
import type pg from 'pg'
import { OrderPlaced, PlaceOrder } from './orders.js'

// #region example
export function ordersWithPg(pool: pg.Pool) {
  const store = postgres({ pool })
  const placeOrder = handler(PlaceOrder, async ({ orderId }, context) => {
    const client = clientOf<pg.PoolClient>(context)
    await client.query('insert into orders (id) values ($1)', [orderId])
    return result(undefined, new OrderPlaced(orderId))
  })
  return { store, handlers: [placeOrder] }
}
// #endregion
