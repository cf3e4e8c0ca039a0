import { createService, handler, memoryStore, type Service, type Transport } from '@gulo/core'
import { validation } from '@gulo/validation'
import { StockReservedV1 } from '../contracts/stock-reserved.v1.js'

/** Tells customers something. */
export type Tell = (text: string, orderId: string) => void

/** The service that tells customers when their goods are set aside. */
export function createNotification(transport: Transport, tell: Tell): Service {
  const notifyCustomer = handler(
    StockReservedV1,
    async ({ orderId, sku }) => tell(`Your ${sku} is set aside.`, orderId),
    { name: 'NotifyCustomer' },
  )
  return createService({
    name: 'notification',
    handlers: [notifyCustomer],
    transport,
    store: memoryStore(),
    middleware: [validation()],
  })
}
