import { handler, result } from '@gulo/core'
import { clientOf, postgres } from '@gulo/postgres'
import { sequelizeTransactions } from '@gulo/postgres/sequelize'
import type pg from 'pg'
import { DataTypes, type Sequelize, type Transaction } from 'sequelize'
import { OrderPlaced, PlaceOrder } from './orders.js'

// #region example
export function ordersWithSequelize(pool: pg.Pool, sequelize: Sequelize) {
  const columns = { id: { type: DataTypes.TEXT, primaryKey: true } }
  const orders = sequelize.define('orders', columns, { timestamps: false })
  const store = postgres({ pool, transactions: sequelizeTransactions(sequelize) })
  const placeOrder = handler(PlaceOrder, async ({ orderId }, context) => {
    const transaction = clientOf<Transaction>(context)
    await orders.create({ id: orderId }, { transaction })
    return result(undefined, new OrderPlaced(orderId))
  })
  return { store, handlers: [placeOrder] }
}
// #endregion
