import {
  Command,
  Contract,
  createService,
  DomainEvent,
  EventMapper,
  handler,
  IntegrationEvent,
  memoryBroker,
  memoryStore,
  memoryTransport,
  type Result,
  result,
  type ServiceOptions,
  type Store,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { quietLogger } from '../support/scene.js'

@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}
class OrderPlaced extends DomainEvent {
  constructor(readonly orderId: string) {
    super()
  }
}
class Place extends Command<Result<string>> {
  readonly orderId!: string
}

const place = handler(Place, ({ orderId }) => result(orderId, new OrderPlaced(orderId)))

describe('a service whose events somebody else sends', () => {
  const ordering = (options: Partial<ServiceOptions>) =>
    createService({
      name: 'ordering',
      handlers: [place],
      mapper: new EventMapper().register(OrderPlaced, OrderPlacedV1),
      logger: quietLogger,
      ...options,
    })
  // The parts by name: those of an instance are not all its own.
  const elsewhere = (): Store => {
    const { unitOfWork, outbox, inbox } = memoryStore()
    return { unitOfWork, outbox, inbox, durable: false, relayedBy: 'change data capture' }
  }

  it('leaves them in the outbox', async () => {
    const broker = memoryBroker()
    const store = elsewhere()
    const service = await ordering({ store, transport: memoryTransport({ broker }) }).start()
    await service.mediator.send(Place.of({ orderId: 'a' }))
    await service.stop()
    expect(broker.messages('ordering.order.placed.v1')).to.deep.equal([])
    expect(await store.outbox?.pending?.()).to.include({ count: 1 })
  })

  it('says who sends them', () => {
    const { publishes } = ordering({ store: elsewhere(), transport: memoryTransport() }).describe()
    expect(publishes[0]?.promise).to.match(/^state and events commit together.*, sent by change data capture$/)
  })

  it('needs no transport for them', async () => {
    const service = await ordering({ store: elsewhere() }).start()
    await service.mediator.send(Place.of({ orderId: 'a' }))
    await service.stop()
    const { unitOfWork, outbox } = memoryStore()
    expect(await failure(ordering({ store: { unitOfWork, outbox } }).start())).to.have.property(
      'code',
      'GULO_CONTRADICTION',
    )
  })
})
