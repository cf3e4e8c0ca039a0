// #region program
import 'reflect-metadata'
import { Command, EventMapper, Handles, memoryStore, memoryTransport, type Result, result, Service } from '@gulo/core'
import { guloModule, MEDIATOR } from '@gulo/inversify'
import { Container, injectable } from 'inversify'

class PlaceOrder extends Command<Result<string>> {
  readonly orderId!: string
}

@injectable()
class Orders {
  readonly ids: string[] = []
}

@injectable()
@Handles(PlaceOrder)
class PlaceOrderHandler {
  constructor(private readonly orders: Orders) {}

  async handle({ orderId }: PlaceOrder) {
    this.orders.ids.push(orderId)
    return result(orderId)
  }
}

const container = new Container()
container.bind(Orders).toSelf().inSingletonScope()
container.load(
  guloModule({
    name: 'ordering',
    handlers: [PlaceOrderHandler],
    mapper: new EventMapper(),
    transport: memoryTransport(),
    store: memoryStore(),
  }),
)

await container.get(Service).start()
const { value } = await container.get(MEDIATOR).send(PlaceOrder.of({ orderId: 'o-1' }))
await container.get(Service).stop()

// #endregion

export { value }
