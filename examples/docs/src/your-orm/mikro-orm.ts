import { handler, result } from '@gulo/core'
import { clientOf, postgres } from '@gulo/postgres'
import { mikroOrmTransactions } from '@gulo/postgres/mikro-orm'
import { EntitySchema, type MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql'
import type pg from 'pg'
import { OrderPlaced, PlaceOrder } from './orders.js'

export const Order = new EntitySchema<{ id: string }>({
  name: 'Order',
  tableName: 'orders',
  properties: { id: { type: 'text', primary: true } },
})

// #region example
export function ordersWithMikroOrm(pool: pg.Pool, orm: MikroORM) {
  const store = postgres({ pool, transactions: mikroOrmTransactions(orm.em) })
  const placeOrder = handler(PlaceOrder, async ({ orderId }, context) => {
    const em = clientOf<SqlEntityManager>(context)
    em.persist(em.create(Order, { id: orderId }))
    return result(undefined, new OrderPlaced(orderId))
  })
  return { store, handlers: [placeOrder] }
}
// #endregion
