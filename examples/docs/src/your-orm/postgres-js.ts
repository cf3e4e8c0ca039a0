import { handler, result } from '@gulo/core'
import { clientOf, postgres } from '@gulo/postgres'
import { postgresJsTransactions } from '@gulo/postgres/postgres-js'
import type pg from 'pg'
import type { Sql, TransactionSql } from 'postgres'
import { OrderPlaced, PlaceOrder } from './orders.js'

// #region example
export function ordersWithPostgresJs(pool: pg.Pool, sql: Sql) {
  const store = postgres({ pool, transactions: postgresJsTransactions(sql) })
  const placeOrder = handler(PlaceOrder, async ({ orderId }, context) => {
    const tx = clientOf<TransactionSql>(context)
    await tx`insert into orders (id) values (${orderId})`
    return result(undefined, new OrderPlaced(orderId))
  })
  return { store, handlers: [placeOrder] }
}
// #endregion
