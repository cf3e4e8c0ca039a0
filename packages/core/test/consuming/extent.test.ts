import {
  anyError,
  type Consumer,
  type ConsumerOptions,
  Contract,
  failurePolicy,
  type GuloError,
  IntegrationEvent,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { Scene } from '../support/scene.js'

@Contract('ordering.order.placed.v1', { topic: (event: OrderPlacedV1) => `orders.${event.shop}` })
class OrderPlacedV1 extends IntegrationEvent {
  readonly shop!: string
}

@Contract('ordering.order.dropped.v1', { topic: (event: OrderDroppedV1) => `orders.${event.shop}` })
class OrderDroppedV1 extends IntegrationEvent {
  readonly shop!: string
}

const none = { inbox: undefined, attemptLog: undefined } as object as Partial<ConsumerOptions>
const codeOf = async (work: Promise<unknown>) => ((await failure(work)) as GuloError).code

describe('a consumer with patterns', () => {
  let scene: Scene
  let handled: string[]
  const handling = (consumer: Consumer) =>
    consumer.handle(OrderPlacedV1, ({ shop }) => void handled.push(shop), { name: 'count' })

  beforeEach(async () => {
    scene = new Scene()
    handled = []
    await scene.open()
  })
  afterEach(() => scene.close())

  it('handles its types from every topic that matches, also from one that appears later', async () => {
    await scene.publish(OrderPlacedV1.of({ shop: 'first' }))
    await handling(scene.consumer({ patterns: [/^orders\./] })).start()
    await scene.publish(OrderPlacedV1.of({ shop: 'second' }))
    await scene.until('handled', 2)
    expect(handled).to.have.members(['first', 'second'])
  })

  it('leaves out the types that nobody handles, and counts them', async () => {
    await handling(scene.consumer({ patterns: [/^orders\./] })).start()
    await scene.publish(OrderDroppedV1.of({ shop: 'first' }), OrderPlacedV1.of({ shop: 'first' }))
    await scene.until('handled')
    await scene.until('ignored')
    expect(scene.of('ignored')[0]).to.deep.include({ reason: 'unknown-type' })
  })

  it('sets the types aside that nobody handles where told so', async () => {
    await handling(scene.consumer({ patterns: [/^orders\./], unknownTypes: 'dead-letter' })).start()
    await scene.publish(OrderDroppedV1.of({ shop: 'first' }))
    await scene.until('dead-lettered')
    const [letter] = await scene.store.deadLetters.find()
    expect(letter).to.deep.include({ reason: 'unknown-type', type: 'ordering.order.dropped.v1' })
  })

  it('does not handle again what was set aside', async () => {
    const consumer = scene.consumer({ patterns: [/^orders\./], deadLetters: undefined as never })
    const failing = consumer.handle(OrderPlacedV1, () => {
      throw Object.assign(new Error('never'), { retryable: false })
    })
    await failing.start()
    await scene.publish(OrderPlacedV1.of({ shop: 'first' }))
    await scene.until('dead-lettered')
    await scene.publish(OrderDroppedV1.of({ shop: 'first' }))
    await scene.until('ignored')
    expect(scene.of('received').map(({ envelope }) => envelope.type)).to.deep.equal([
      'ordering.order.placed.v1',
      'ordering.order.dropped.v1',
    ])
    expect(scene.broker.messages('orders.first.dlq')).to.have.length(1)
  })

  it('is refused without them where the topic of a contract depends on the message', async () => {
    expect(await codeOf(handling(scene.consumer()).start())).to.equal('GULO_SUBSCRIPTION_INVALID')
  })

  it('is refused with retry topics, which nobody would read', async () => {
    const policy = failurePolicy(anyError().retryTopics(['1s']).deadLetter())
    const error = await failure(handling(scene.consumer({ patterns: [/^orders\./], policy })).start())
    expect(error)
      .to.have.property('message')
      .that.matches(/patterns are given with a policy that has retry topics/)
  })

  it('is refused with what is no pattern, and every other fault beside it', () => {
    const wrong = { patterns: [/a/g, 'orders'] as RegExp[], startAt: 'first' as never, broadcast: 'yes' as never }
    expect(() => scene.consumer(wrong)).to.throw(
      /has 4 faults: patterns has \/a\/g: .* patterns has orders: .* startAt is "first": .* broadcast is yes: /,
    )
  })
})

describe('a consumer that is told where to start', () => {
  it('leaves out what was published before', async () => {
    const scene = new Scene()
    await scene.open()
    const shops: string[] = []
    const publish = (...all: string[]) => scene.publish(...all.map((shop) => OrderPlacedV1.of({ shop })))
    await publish('before')
    const consumer = scene.consumer({
      topics: () => 'orders.before',
      patterns: [/^orders\.before$/],
      startAt: 'latest',
    })
    await consumer.handle(OrderPlacedV1, ({ shop }) => void shops.push(shop)).start()
    await scene.forward('orders.before', '{"shop":"after"}', { ...headers, ce_type: 'ordering.order.placed.v1' })
    await scene.until('handled')
    expect(shops).to.deep.equal(['after'])
    await scene.close()
  })
})

const headers = { ce_specversion: '1.0', ce_id: '1', ce_source: 'outside', 'content-type': 'application/json' }

describe('a broadcast consumer', () => {
  let scene: Scene
  beforeEach(async () => {
    scene = new Scene()
    await scene.open()
  })
  afterEach(() => scene.close())

  it('handles every message, as all other instances do', async () => {
    const seen: string[] = []
    for (const instance of ['one', 'two']) {
      const consumer = scene.consumer({ ...none, patterns: [/^orders\./], broadcast: true })
      await consumer.handle(OrderPlacedV1, ({ shop }) => void seen.push(`${instance} ${shop}`)).start()
    }
    await scene.publish(OrderPlacedV1.of({ shop: 'first' }))
    await scene.until('handled', 2)
    expect(seen).to.have.members(['one first', 'two first'])
  })

  it('is refused with what its instances would share', () => {
    const retryLater = async () => undefined
    expect(() => scene.consumer({ broadcast: true, retryLater })).to.throw(
      /has 3 faults: .*with an inbox.*with an attemptLog.*with retryLater/,
    )
  })

  it('is refused with attempts that any one instance would make', async () => {
    const policy = failurePolicy(anyError().retryTopics(['1s']).deadLetter())
    const consumer = scene.consumer({ ...none, broadcast: true, policy }).handle(OrderPlacedV1, () => undefined)
    const error = await failure(consumer.start())
    expect(error)
      .to.have.property('message')
      .that.matches(/broadcast is on with a policy that tries again later/)
  })

  it('has no lag to tell', async () => {
    const consumer = scene.consumer({ ...none, patterns: [/^orders\./], broadcast: true })
    await consumer.handle(OrderPlacedV1, () => undefined).start()
    const error = (await failure(consumer.lag())) as GuloError
    expect(error.code).to.equal('GULO_ABILITY_MISSING')
    expect(error.message).to.match(/^The consumer inventory cannot tell its lag: a broadcast keeps no position/)
  })
})
