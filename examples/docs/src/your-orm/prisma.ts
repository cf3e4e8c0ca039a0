import { handler, result } from '@gulo/core'
import { clientOf, postgres } from '@gulo/postgres'
import { type PrismaLike, type PrismaTransactionLike, prismaTransactions } from '@gulo/postgres/prisma'
import type pg from 'pg'
import { OrderPlaced, PlaceOrder } from './orders.js'

/** What `prisma generate` makes of a schema with a model `Order`. */
export interface TransactionClient extends PrismaTransactionLike {
  readonly order: { create(input: { data: { id: string } }): Promise<unknown> }
}
type PrismaClient = PrismaLike<TransactionClient>

// #region example
export function ordersWithPrisma(pool: pg.Pool, prisma: PrismaClient) {
  const store = postgres({ pool, transactions: prismaTransactions(prisma, { timeoutMs: 10_000 }) })
  const placeOrder = handler(PlaceOrder, async ({ orderId }, context) => {
    const tx = clientOf<TransactionClient>(context)
    await tx.order.create({ data: { id: orderId } })
    return result(undefined, new OrderPlaced(orderId))
  })
  return { store, handlers: [placeOrder] }
}
// #endregion
