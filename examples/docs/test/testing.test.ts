import { anyError, failurePolicy, memoryBroker, memoryStore, memoryTransport } from '@gulo/core'
import { describeOutbox, describeTransport, given, harness } from '@gulo/testing'
import {
  createShop,
  createWarehouse,
  OrderPlaced,
  OrderPlacedV1,
  PlaceOrder,
  PlaceOrderHandler,
  ReserveStock,
} from '@gulo-examples/docs/testing/shop'
import { expect } from 'chai'

// #region given
describe('placing an order', () => {
  const command = PlaceOrder.of({ orderId: '4711' })

  it('answers the id and says that it happened', async () => {
    await given(new PlaceOrderHandler()).when(command).answers('4711')
    await given(new PlaceOrderHandler()).when(command).raises(new OrderPlaced('4711'))
  })

  it('is refused the second time', async () => {
    await given(new PlaceOrderHandler())
      .after(command)
      .when(command)
      .rejects(/exists already/)
  })
})
// #endregion

// #region harness
describe('the shop and the warehouse', () => {
  it('carry an order across', async () => {
    const reserveStock = new ReserveStock()
    await using test = await harness([createShop(), createWarehouse(reserveStock)])

    await test.send(PlaceOrder.of({ orderId: '4711' }))
    await test.settled()

    expect(reserveStock.reserved).to.deep.equal(['4711'])
    expect(test.probes.published.map(({ type, source }) => `${type} from ${source}`)).to.deep.equal([
      'shop.order.placed.v1 from shop',
    ])
  })
})
// #endregion

describe('the warehouse', () => {
  // #region faults
  it('tries an order again when its handler fails', async () => {
    const reserveStock = new ReserveStock()
    await using test = await harness(createWarehouse(reserveStock))
    test.fail(OrderPlacedV1, new Error('the shelf is stuck'), 2)

    await test.publish(OrderPlacedV1.of({ orderId: '4711' }))
    await test.settled() // waits out the pauses between attempts in no time

    expect(reserveStock.reserved).to.deep.equal(['4711'])
    expect(test.probes.retried).to.have.length(2)
  })

  it('reserves an order once although the broker delivers it twice', async () => {
    const reserveStock = new ReserveStock()
    await using test = await harness(createWarehouse(reserveStock))
    test.broker.faults.duplicateDelivery()

    await test.publish(OrderPlacedV1.of({ orderId: '4711' }))
    await test.settled()

    expect(reserveStock.reserved).to.deep.equal(['4711'])
    expect(test.probes.duplicates).to.have.length(1)
  })
  // #endregion

  // #region clock
  it('tries again ten minutes later, as its policy says', async () => {
    const policy = failurePolicy(anyError().schedule(['10m']))
    const reserveStock = new ReserveStock()
    await using test = await harness(createWarehouse(reserveStock), { overrides: { policy } })
    test.fail(OrderPlacedV1)

    await test.publish(OrderPlacedV1.of({ orderId: '4711' }))
    await test.settled()
    expect(reserveStock.reserved).to.deep.equal([])

    await test.advance('11m')
    await test.settled()
    expect(reserveStock.reserved).to.deep.equal(['4711'])
  })
  // #endregion

  // #region replay
  it('handles a dead letter when it is replayed', async () => {
    const reserveStock = new ReserveStock()
    await using test = await harness(createWarehouse(reserveStock))
    test.fail(OrderPlacedV1, new Error('the shelf is stuck'), 3)

    await test.publish(OrderPlacedV1.of({ orderId: '4711' }))
    await test.settled()
    const [letter] = await test.store().deadLetters.find()
    expect(letter?.error.message).to.equal('the shelf is stuck')

    await test.service().replay(letter?.id as string)
    expect(reserveStock.reserved).to.deep.equal(['4711'])
  })
  // #endregion
})

// #region conformance
describeTransport(
  'my transport',
  () => {
    const broker = memoryBroker() // of your own: what all transports of one case share
    return { create: () => memoryTransport({ broker, redeliveryDelayMs: 2 }) }
  },
  {
    facts: {
      maxInFlight: 300,
      keepsElsewhere: 'the broker is in this process',
      drainsBeforeHandOver: 'it hands partitions over at once, as a lost session does',
    },
  },
)

describeOutbox('my store', () => {
  const { outbox, unitOfWork } = memoryStore()
  return { outbox, unitOfWork }
})
// #endregion
