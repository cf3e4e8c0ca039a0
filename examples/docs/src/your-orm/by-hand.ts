import type { Dispatcher } from '@gulo/core'
import type { PostgresStore, PostgresTransaction } from '@gulo/postgres'
import { knexExecutor, knexTransactions } from '@gulo/postgres/knex'
import type { Knex } from 'knex'
import { PlaceOrder } from './orders.js'

// #region transaction
/** The order, its customer and its events, in one transaction of the application. */
export function importOrder(store: PostgresStore, mediator: Dispatcher, knex: Knex, orderId: string): Promise<void> {
  return store.outbox.transaction(knexTransactions(knex), async (transaction) => {
    const trx = transaction.client as Knex.Transaction
    await trx('customers').insert({ id: `customer of ${orderId}` })
    await mediator.send(PlaceOrder.of({ orderId }), { transaction })
  })
}
// #endregion

// #region enlist
/** The same where something else begins and commits. */
export async function importWithin(
  store: PostgresStore,
  mediator: Dispatcher,
  knex: Knex,
  orderId: string,
): Promise<void> {
  let transaction: PostgresTransaction | undefined
  try {
    await knex.transaction(async (trx) => {
      transaction = store.outbox.enlist(knexExecutor(trx), trx)
      await mediator.send(PlaceOrder.of({ orderId }), { transaction })
      await transaction.flush()
    })
    transaction?.end(true)
  } catch (error) {
    transaction?.end(false)
    throw error
  }
}
// #endregion
