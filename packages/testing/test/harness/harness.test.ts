import {
  anyError,
  Command,
  Contract,
  createService,
  DomainEvent,
  EventMapper,
  failurePolicy,
  handler,
  IntegrationEvent,
  memoryTransport,
  type Result,
  result,
} from '@gulo/core'
import { given, harness } from '@gulo/testing'
import { expect } from 'chai'

@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}
@Contract('ordering.order.remind.v1', { key: 'orderId' })
class Remind extends Command {
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

const place = handler(Place, ({ orderId }) => result(orderId, new OrderPlaced(orderId)), { name: 'place' })

function shop() {
  const seen: string[] = []
  const transport = memoryTransport()
  const ordering = createService({
    name: 'ordering',
    handlers: [place],
    mapper: new EventMapper().register(OrderPlaced, OrderPlacedV1),
    transport,
  })
  const reserve = handler(
    OrderPlacedV1,
    async ({ orderId }, context) => {
      seen.push(`${orderId} at ${context.attempt}`)
      await context.schedule(Remind.of({ orderId }), '12h')
    },
    { name: 'reserve' },
  )
  const remind = handler(Remind, ({ orderId }) => void seen.push(`remind ${orderId}`), { name: 'remind' })
  const inventory = createService({ name: 'inventory', handlers: [reserve, remind], transport })
  return { seen, ordering, inventory }
}

describe('a harness of services', () => {
  it('carries a command across, without a broker and without real time', async () => {
    const { seen, ordering, inventory } = shop()
    await using test = await harness([ordering, inventory])
    const { value } = await test.send(Place.of({ orderId: '1' }))
    await test.settled()
    expect(value).to.equal('1')
    expect(seen).to.deep.equal(['1 at 1'])
    expect(test.probes.sent).to.have.length(1)
    expect(test.probes.published.map((envelope) => [envelope.type, envelope.source])).to.deep.equal([
      ['ordering.order.placed.v1', 'ordering'],
    ])
    expect(test.probes.handled.map((signal) => signal.consumer)).to.deep.equal(['inventory/reserve'])
  })

  it('lets retries pass in virtual time', async () => {
    const { seen, inventory } = shop()
    await using test = await harness(inventory)
    test.fail(OrderPlacedV1, new Error('shelf gone'), 2)
    const before = test.clock.now()
    await test.publish(OrderPlacedV1.of({ orderId: '1' }))
    await test.settled()
    expect(seen).to.deep.equal(['1 at 3'])
    expect(test.probes.retried.map((signal) => signal.attempt)).to.deep.equal([1, 2])
    expect(test.clock.now()).to.be.greaterThan(before)
  })

  it('shows what was dead-lettered', async () => {
    const { inventory } = shop()
    await using test = await harness(inventory)
    test.fail(OrderPlacedV1, new Error('shelf gone'), 3)
    await test.publish(OrderPlacedV1.of({ orderId: '1' }))
    await test.settled()
    expect(test.probes.deadLettered).to.have.length(1)
    const [letter] = await test.store().deadLetters.find()
    expect(letter).to.include({ attempts: 3, handler: 'reserve' })
    await test.service().replay(letter?.id as string)
    expect(test.probes.handled).to.have.length(1)
  })

  it('reaches scheduled messages by going on in time', async () => {
    const { seen, inventory } = shop()
    await using test = await harness(inventory)
    await test.publish(OrderPlacedV1.of({ orderId: '1' }))
    await test.settled()
    await test.advance('11h')
    expect(seen).to.deep.equal(['1 at 1'])
    await test.advance('1h')
    await test.settled()
    expect(seen).to.deep.equal(['1 at 1', 'remind 1'])
  })

  it('waits out delayed retries with the policy it is given', async () => {
    const { seen, inventory } = shop()
    await using test = await harness(inventory, { overrides: { policy: failurePolicy(anyError().schedule(['10m'])) } })
    test.fail(OrderPlacedV1)
    await test.publish(OrderPlacedV1.of({ orderId: '1' }))
    await test.settled()
    expect(seen).to.deep.equal([])
    await test.advance('11m')
    await test.settled()
    expect(seen).to.deep.equal(['1 at 2'])
  })

  it('gives the broker its faults: a refused publish is sent again by the relay', async () => {
    const { seen, ordering, inventory } = shop()
    await using test = await harness([ordering, inventory])
    test.broker.faults.failNextPublish(2)
    await test.send(Place.of({ orderId: '1' }))
    await test.settled()
    expect(seen).to.deep.equal(['1 at 1'])
    expect(test.probes.of('publish-failed')).to.have.length(2)
  })

  it('takes effect once although the broker delivers twice', async () => {
    const { seen, inventory } = shop()
    await using test = await harness(inventory)
    test.broker.faults.duplicateDelivery()
    await test.publish(OrderPlacedV1.of({ orderId: '1' }))
    await test.settled()
    expect(seen).to.deep.equal(['1 at 1'])
    expect(test.probes.duplicates).to.have.length(1)
  })

  it('leaves the services that it was given alone', async () => {
    const { ordering } = shop()
    await using test = await harness(ordering)
    expect(test.service('ordering')).to.not.equal(ordering)
    expect(() => ordering.mediator)
      .to.throw()
      .with.property('code', 'GULO_NOT_STARTED')
    expect(() => test.service('nobody')).to.throw(/runs no service named nobody; it runs ordering/)
  })

  it('says so when things go on and on', async () => {
    const { inventory } = shop()
    const endless = failurePolicy(anyError().pause('1m'))
    const test = await harness(inventory, { overrides: { policy: endless }, horizon: '10m' })
    test.fail(OrderPlacedV1, new Error('for ever'), 1000)
    await test.publish(OrderPlacedV1.of({ orderId: '1' }))
    let code: unknown
    await test.settled().catch((error: { code: string }) => {
      code = error.code
    })
    expect(code).to.equal('GULO_TEST_NOT_SETTLED')
    await test.stop()
  })
})

describe('given handlers', () => {
  class Counted extends DomainEvent {
    constructor(readonly count: number) {
      super()
    }
  }
  const counter = () => {
    let count = 0
    return handler(Place, () => {
      count++
      if (count > 2) throw Object.assign(new Error('too many'), { code: 'TOO_MANY' })
      return result(String(count), new Counted(count))
    })
  }
  const message = Place.of({ orderId: '1' })

  it('look at the events, the answer and the failure of a message', async () => {
    await given(counter()).when(message).raises(new Counted(1))
    await given(counter()).when(message).answers('1')
    await given(counter()).after(message).when(message).raises(new Counted(2))
    await given(counter()).after(message, message).when(message).rejects('TOO_MANY')
    await given(counter())
      .after(message, message)
      .when(message)
      .rejects(/too many/)
    await given(counter()).after(message, message).when(message).rejects(Error)
  })

  it('look at what a handler of an event raises', async () => {
    const reserve = handler(OrderPlacedV1, () => result(undefined, OrderPlacedV1.of({ orderId: '2' })))
    await given(reserve)
      .when(OrderPlacedV1.of({ orderId: '1' }))
      .raises(OrderPlacedV1.of({ orderId: '2' }))
    await given(handler(OrderPlacedV1, () => undefined))
      .when(OrderPlacedV1.of({ orderId: '1' }))
      .raisesNothing()
  })

  it('fail when something else came of it', async () => {
    const failed = async (check: Promise<void>) =>
      check.then(
        () => false,
        () => true,
      )
    expect(await failed(given(counter()).when(message).raises(new Counted(2)))).to.equal(true)
    expect(await failed(given(counter()).when(message).raisesNothing())).to.equal(true)
    expect(await failed(given(counter()).when(message).answers('2'))).to.equal(true)
    expect(await failed(given(counter()).when(message).rejects('TOO_MANY'))).to.equal(true)
    expect(await failed(given(counter()).after(message, message).when(message).rejects('OTHER'))).to.equal(true)
  })
})
