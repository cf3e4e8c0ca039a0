import { createService, Handles, memoryStore } from '@gulo/core'
import { OrderPlacedV1 } from './contracts.js'
import { transport } from './transport.js'

@Handles(OrderPlacedV1)
class ReserveStock {
  async handle({ orderId, sku, quantity }: OrderPlacedV1) {
    console.log(`warehouse: ${quantity} of ${sku} set aside for order ${orderId}`)
  }
}

const warehouse = createService({
  name: 'warehouse',
  handlers: [ReserveStock],
  transport: transport('warehouse'),
  store: memoryStore(),
})

await warehouse.start()
warehouse.stopOnSignals()
console.log('warehouse: waiting for orders, Ctrl-C to stop')
