import {
  type DeadLetter,
  type Envelope,
  EventMapper,
  EventPublisher,
  GuloError,
  handler,
  Mediator,
  type MemoryStore,
  memoryStore,
  memoryTransport,
  type Result,
  result,
  toDeadLetters,
  withIntegrationEvents,
} from '@gulo/core'
import { expect } from 'chai'
import { expectFault, OrderPlaced, OrderPlacedV1, Place, Stage } from '../bad-input/stage.js'
import { failure } from '../support/failure.js'

const TYPE = 'ordering.order.placed.v1'
const refused = Object.assign(new Error('not authorised'), { retryable: false })

describe('an event that the broker does not take', () => {
  let stage: Stage
  let kept: MemoryStore['deadLetters']
  let sent: Envelope[][]
  let refuse: (envelopes: readonly Envelope[]) => unknown
  const place = handler(Place, ({ orderId, data }) =>
    result(orderId, OrderPlacedV1.of({ orderId, data }), OrderPlacedV1.of({ orderId: `${orderId}b`, data })),
  )
  const transportOf = () => {
    const transport = memoryTransport({ broker: stage.broker })
    const publish = transport.publish.bind(transport)
    return Object.assign(transport, {
      publish: async (envelopes: readonly Envelope[]) => {
        const error = refuse(envelopes)
        if (error) throw error
        sent.push([...envelopes])
        await publish(envelopes)
      },
    })
  }
  const start = (options: object = {}) =>
    stage.start({
      handlers: [place],
      transport: transportOf(),
      store: { deadLetters: kept },
      onPublishFailure: 'dead-letter',
      ...options,
    })
  const letters = async () => [...(await kept.find())].reverse() as DeadLetter[]

  beforeEach(() => {
    stage = new Stage()
    kept = memoryStore().deadLetters
    sent = []
    refuse = () => refused
  })
  afterEach(() => stage.close())

  it('is an error of the send where nothing else is said', async () => {
    const service = await start({ onPublishFailure: 'reject' })
    expectFault(await failure(service.mediator.send(Place.of({ orderId: '1' }))), 'GULO_PUBLISH_FAILED')
    expect(await letters()).to.deep.equal([])
  })

  it('is kept among the dead letters when told so, and the send succeeds', async () => {
    const service = await start()
    const outcome = (await service.mediator.send(Place.of({ orderId: '1' }), { tenantId: 't' })) as Result<string>
    expect(outcome.value).to.equal('1')
    const [first, second] = await letters()
    expect(first).to.deep.include({
      kind: 'dead-letter',
      status: 'new',
      reason: 'publish-failed',
      type: TYPE,
      tenantId: 't',
      consumer: 'publisher',
      service: 'ordering',
      handler: undefined,
      attempts: 1,
    })
    expect(first?.error).to.include({ code: 'PUBLISH_FAILED', message: 'not authorised' })
    expect([first, second].map((each) => each?.message.key)).to.deep.equal(['1', '1b'])
    expect(stage.of('publish-failed')).to.have.length(1)
  })

  it('is kept alone when the broker took the others', async () => {
    refuse = (envelopes) => new GuloError('X', { message: 'half', mend: '.' }, { unsent: envelopes.slice(1) })
    const service = await start()
    await service.mediator.send(Place.of({ orderId: '1' }))
    expect((await letters()).map(({ message }) => message.key)).to.deep.equal(['1b'])
  })

  it('is published when it is replayed, with the id and all else that it had', async () => {
    const service = await start()
    await service.mediator.send(Place.of({ orderId: '1', data: { text: 'Grüße' } }), { correlationId: 'c' })
    const [letter] = await letters()
    refuse = () => undefined
    expect(await service.replay(letter?.id as string)).to.include({ status: 'replayed', replayCount: 1 })
    const [[envelope]] = sent as [[Envelope]]
    expect(envelope).to.deep.include({ id: letter?.messageId, topic: TYPE, type: TYPE, partitionKey: '1' })
    expect(envelope).to.include({ correlationId: 'c', source: 'ordering', aggregateId: '1' })
    expect(envelope.payload).to.deep.equal({ orderId: '1', data: { text: 'Grüße' } })
  })

  it('stays a dead letter while the broker refuses its replay too', async () => {
    const service = await start()
    await service.mediator.send(Place.of({ orderId: '1' }))
    const [letter] = await letters()
    expect(await failure(service.replay(letter?.id as string))).to.equal(refused)
    expect((await letters()).map(({ status }) => status)).to.deep.equal(['new', 'new'])
  })

  it('is kept also when it is too large for any broker', async () => {
    refuse = () => undefined
    const service = await start()
    await service.mediator.send(Place.of({ orderId: '1', data: 'x'.repeat(2_000_000) }))
    const [letter] = await letters()
    expect(letter?.error.code).to.equal('GULO_TOO_LARGE')
    expect(letter?.message.body?.length).to.be.above(2_000_000)
  })

  it('is told with both causes when it cannot be kept either', async () => {
    const full = new Error('disk full')
    const store = { deadLetters: Object.assign(memoryStore().deadLetters, { add: () => Promise.reject(full) }) }
    const service = await start({ store })
    const error = (await failure(service.mediator.send(Place.of({ orderId: '1' })))) as GuloError
    expectFault(error, 'GULO_PUBLISH_FAILED', /not authorised; nor could they be kept: disk full/)
    const { cause } = error as { cause?: GuloError }
    expectFault(cause, 'GULO_UNSENT_LOST')
    expect(cause?.cause).to.have.deep.property('errors', [refused, full])
    expect(error.details['unsent']).to.have.length(2)
    expect(error.details['failures']).to.deep.equal([refused, refused])
    expect(error.retryable).to.equal(false)
  })

  it('is told alone when only the others could be kept', async () => {
    const add = kept.add.bind(kept)
    let times = 1
    kept.add = (letter) => (times-- > 0 ? add(letter) : Promise.reject(new Error('disk full')))
    const service = await start()
    const error = (await failure(service.mediator.send(Place.of({ orderId: '1' })))) as GuloError
    expect((error.details['unsent'] as Envelope[]).map(({ partitionKey }) => partitionKey)).to.deep.equal(['1b'])
    expect(await letters()).to.have.length(1)
  })

  it('is taken out of the outbox and kept, when no retry can help', async () => {
    const store = memoryStore()
    refuse = ([first]) => (first?.partitionKey === '1' ? refused : undefined)
    const service = await start({ store })
    await service.mediator.send(Place.of({ orderId: '1' }))
    await stage.until('publish-failed')
    await service.stop()
    expect(await store.outbox.parked()).to.deep.equal([])
    expect(await store.outbox.pending()).to.include({ count: 0 })
    expect((await store.deadLetters.find()).map(({ reason }) => reason)).to.deep.equal([
      'publish-failed',
      'publish-failed',
    ])
  })

  it('is no dead letter while a retry can help: the outbox has it', async () => {
    const store = memoryStore()
    let times = 2
    refuse = () => (times-- > 0 ? new Error('away') : undefined)
    const service = await start({ store })
    await service.mediator.send(Place.of({ orderId: '1' }))
    await stage.until('published', 2)
    expect(await store.deadLetters.find()).to.deep.equal([])
  })

  it('stays in the outbox while a retry can help, and is parked when it cannot be kept', async () => {
    const store = memoryStore()
    store.deadLetters.add = () => Promise.reject(new Error('disk full'))
    let times = 1
    refuse = () => (times-- > 0 ? new Error('away') : refused)
    const service = await start({ store })
    await service.mediator.send(Place.of({ orderId: '1' }))
    await stage.until('publish-failed', 2)
    await service.stop()
    expect(await store.outbox.parked()).to.have.length(2)
  })

  it('is refused a place among dead letters that nobody keeps, at start', async () => {
    expectFault(await failure(start({ store: undefined })), 'GULO_CONTRADICTION', /its store keeps none/)
    expect(() => stage.service({ onPublishFailure: 'keep' as never })).to.throw('onPublishFailure is "keep"')
  })

  it('is said of in the promise of the service', async () => {
    const service = await start({ mapper: new EventMapper().register(OrderPlaced, OrderPlacedV1) })
    expect(service.describe().publishes[0]?.promise).to.include('what the broker refuses is among the dead letters')
  })

  describe('from a publisher used by hand', () => {
    const publisherOf = (options: object = {}) =>
      new EventPublisher({ transport: transportOf(), source: 'script', ...options }).start()

    it('is the error of the transport, or is kept when told so', async () => {
      const bare = await publisherOf()
      expect(await failure(bare.publish(OrderPlacedV1.of({ orderId: '1' })))).to.equal(refused)
      const keeping = await publisherOf({ onPublishFailure: toDeadLetters(kept, { service: 'script' }) })
      await keeping.publish(OrderPlacedV1.of({ orderId: '1' }))
      expect((await letters()).map(({ service }) => service)).to.deep.equal(['script'])
    })

    it('is told with both causes when it cannot be kept either', async () => {
      const publisher = await publisherOf({ onPublishFailure: () => Promise.reject(new Error('disk full')) })
      const error = await failure(publisher.publish(OrderPlacedV1.of({ orderId: '1' })))
      expectFault(error, 'GULO_UNSENT_LOST', /not authorised; nor could they be kept: disk full/)
    })

    it('cannot go where nobody is', () => {
      const options = { transport: memoryTransport(), source: 'script', onPublishFailure: 'dead-letter' as never }
      expect(() => new EventPublisher(options)).to.throw('onPublishFailure is')
    })
  })

  it('is kept for a mediator with integration events of its own, when told so', async () => {
    const mediator = withIntegrationEvents(new Mediator({ handlers: [place] }), {
      publisher: { publish: () => Promise.reject(refused) },
      onPublishFailure: toDeadLetters(kept, { service: 'mine' }),
    })
    await mediator.send(Place.of({ orderId: '1' }))
    expect(await letters()).to.have.length(2)
  })
})
