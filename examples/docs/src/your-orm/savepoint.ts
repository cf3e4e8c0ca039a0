import { handler, result } from '@gulo/core'
import type { PostgresTransaction } from '@gulo/postgres'
import type { Knex } from 'knex'
import { OrderPlaced, PlaceOrder } from './orders.js'

// #region savepoint
/** Takes the order also when there is a customer of that name already. */
export const placeForNewCustomer = handler(PlaceOrder, async ({ orderId }, context) => {
  const transaction = context.transaction as PostgresTransaction
  await transaction
    .savepoint((client) => (client as Knex.Transaction)('customers').insert({ id: 'somebody' }))
    .catch((error: unknown) => {
      if ((error as { code?: string }).code !== '23505') throw error
    })
  await (transaction.client as Knex.Transaction)('orders').insert({ id: orderId })
  return result(undefined, new OrderPlaced(orderId))
})
// #endregion
