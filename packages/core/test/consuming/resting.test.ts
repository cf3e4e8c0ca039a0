import { Contract, type GuloError, IntegrationEvent, memoryTransport } from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { turn } from '../support/manual-clock.js'
import { Scene } from '../support/scene.js'
import { desk, OrderPlacedV1, received, TYPE } from './support.js'

@Contract('billing.invoice.paid.v1')
class InvoicePaidV1 extends IntegrationEvent {}

const thrown = (run: () => unknown): GuloError => {
  try {
    run()
  } catch (error) {
    return error as GuloError
  }
  throw new Error('expected an error')
}

describe('a consumer that rests', () => {
  let scene: Scene
  beforeEach(async () => {
    scene = new Scene()
    await scene.open()
  })
  afterEach(() => scene.close())

  const started = (handled: string[]) =>
    scene
      .consumer()
      .handle(OrderPlacedV1, ({ orderId }) => void handled.push(orderId))
      .handle(InvoicePaidV1, () => void handled.push('paid'))
      .start()

  it('is given nothing until it goes on', async () => {
    const handled: string[] = []
    const consumer = await started(handled)
    consumer.pause()
    await scene.publish(OrderPlacedV1.of({ orderId: 'o-1' }))
    await turn()
    expect(scene.of('received')).to.deep.equal([])
    consumer.resume()
    await scene.until('handled')
    expect(handled).to.deep.equal(['o-1'])
  })

  it('goes on with the topics it does not rest for', async () => {
    const handled: string[] = []
    const consumer = await started(handled)
    consumer.pause([TYPE])
    await scene.publish(OrderPlacedV1.of({ orderId: 'o-1' }), InvoicePaidV1.of({}))
    await scene.until('handled')
    await turn()
    expect(handled).to.deep.equal(['paid'])
    consumer.resume([TYPE])
    await scene.until('handled', 2)
    expect(handled).to.deep.equal(['paid', 'o-1'])
  })

  it('says how much has come meanwhile', async () => {
    const consumer = await started([])
    const lag = async () => (await consumer.lag()).reduce((sum, each) => sum + each.lag, 0)
    expect(await lag()).to.equal(0)
    consumer.pause()
    await scene.publish(OrderPlacedV1.of({ orderId: 'o-1' }), OrderPlacedV1.of({ orderId: 'o-2' }))
    expect(await lag()).to.equal(2)
    expect((await consumer.lag()).map(({ topic }) => topic)).to.include('billing.invoice.paid.v1')
    consumer.resume()
    await scene.until('handled', 2)
    await turn()
    expect(await lag()).to.equal(0)
  })

  it('refuses topics that it does not read', async () => {
    const consumer = await started([])
    expect(thrown(() => consumer.pause(['other'])).message).to.match(/is invalid: it does not read other\./)
    expect(thrown(() => consumer.resume('other' as never))).to.have.property('code', 'GULO_SUBSCRIPTION_INVALID')
  })

  it('can do so only while it runs', async () => {
    const consumer = scene.consumer().handle(OrderPlacedV1, () => undefined)
    expect(thrown(() => consumer.pause())).to.have.property('code', 'GULO_NOT_STARTED')
    expect(await failure(consumer.lag())).to.have.property('code', 'GULO_NOT_STARTED')
    await consumer.start()
    await consumer.stop()
    expect(thrown(() => consumer.resume())).to.have.property('code', 'GULO_STOPPED')
  })

  it('tells the lag of the topics that its patterns have found', async () => {
    const topics = () => 'orders.named'
    const consumer = scene.consumer({ topics, patterns: [/^orders\./] }).handle(OrderPlacedV1, () => undefined)
    await scene.forward('orders.found', '{}')
    await consumer.start()
    const found = new Set((await consumer.lag()).map(({ topic }) => topic))
    expect([...found]).to.have.members(['orders.named', 'orders.found'])
  })
})

describe('a consumer that rests on a transport that cannot', () => {
  const started = async () => {
    const handled: string[] = []
    const scene = desk()
    await scene.consumer.handle(OrderPlacedV1, ({ orderId }) => void handled.push(orderId)).start()
    return { ...scene, handled }
  }

  it('lets messages wait in their order until it goes on', async () => {
    const { consumer, transport, handled } = await started()
    consumer.pause()
    const settling = ['o-1', 'o-2'].map((orderId) => transport.deliver(received({ data: { orderId }, id: orderId })))
    await turn()
    expect(handled).to.deep.equal([])
    consumer.resume()
    await Promise.all(settling)
    expect(handled).to.deep.equal(['o-1', 'o-2'])
  })

  it('gives back what waits when it stops', async () => {
    const { consumer, transport, handled } = await started()
    consumer.pause()
    const settling = failure(transport.deliver(received()))
    await turn()
    await consumer.stop()
    expect(await settling).to.have.property('code', 'GULO_STOPPED')
    expect(handled).to.deep.equal([])
  })

  it('refuses to rest for some topics, and to tell its lag', async () => {
    const { consumer } = await started()
    for (const error of [thrown(() => consumer.pause([TYPE])), thrown(() => consumer.resume([TYPE]))])
      expect(error).to.have.property('code', 'GULO_ABILITY_MISSING')
    const error = (await failure(consumer.lag())) as GuloError
    expect(error.message).to.equal(
      'The consumer inventory cannot tell its lag: its transport does not know how far a group has come. Do without, or use a transport that can.',
    )
  })
})

describe('a consumer with patterns on a transport that does not say what they find', () => {
  it('has no lag to tell', async () => {
    const { consumer, transport } = desk({ patterns: [/^orders\./] })
    Object.assign(transport, { lag: memoryTransport().lag })
    await consumer.handle(OrderPlacedV1, () => undefined).start()
    expect(await failure(consumer.lag())).to.have.property('code', 'GULO_ABILITY_MISSING')
  })
})
