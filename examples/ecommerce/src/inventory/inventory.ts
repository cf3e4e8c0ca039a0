import { createService, type MemoryStore, memoryStore, type Observer, type Service, type Transport } from '@gulo/core'
import { validation } from '@gulo/validation'
import { ReserveStock, type Shelves } from './reserve-stock.js'
import { Stock } from './stock.js'

export interface InventoryOptions {
  readonly stock?: Stock
  readonly shelves?: Shelves
  readonly store?: MemoryStore
  readonly observers?: readonly Observer[]
}

const NEAR: Shelves = { locate: async () => undefined }

/** The service that reserves stock for orders. */
export function createInventory(transport: Transport, options: InventoryOptions = {}): Service {
  const { stock = new Stock(1_000_000), shelves = NEAR, store = memoryStore(), observers = [] } = options
  return createService({
    name: 'inventory',
    handlers: [new ReserveStock(stock, shelves)],
    transport,
    store,
    middleware: [validation()],
    observers,
  })
}
