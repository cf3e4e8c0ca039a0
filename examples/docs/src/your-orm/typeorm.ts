import { handler, result } from '@gulo/core'
import { clientOf, postgres } from '@gulo/postgres'
import { typeormTransactions } from '@gulo/postgres/typeorm'
import type pg from 'pg'
import { type DataSource, type EntityManager, EntitySchema } from 'typeorm'
import { OrderPlaced, PlaceOrder } from './orders.js'

export const Order = new EntitySchema<{ id: string }>({
  name: 'orders',
  columns: { id: { type: 'text', primary: true } },
})

// #region example
export function ordersWithTypeorm(pool: pg.Pool, dataSource: DataSource) {
  const store = postgres({ pool, transactions: typeormTransactions(dataSource) })
  const placeOrder = handler(PlaceOrder, async ({ orderId }, context) => {
    const manager = clientOf<EntityManager>(context)
    await manager.insert(Order, { id: orderId })
    return result(undefined, new OrderPlaced(orderId))
  })
  return { store, handlers: [placeOrder] }
}
// #endregion
