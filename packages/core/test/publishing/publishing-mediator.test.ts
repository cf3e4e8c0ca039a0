import {
  Command,
  Contract,
  createRuntime,
  DomainEvent,
  type Envelope,
  EventMapper,
  GuloError,
  handler,
  IntegrationEvent,
  Mediator,
  type MediatorOptions,
  memoryStore,
  type Publisher,
  type Result,
  result,
  type UnitOfWork,
  withIntegrationEvents,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'

@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}
@Contract('ordering.order.audited.v1', { topic: 'audit' })
class OrderAuditedV1 extends IntegrationEvent {
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
class Outer extends Command {}
class Unmappable extends DomainEvent {}

const place = handler(Place, ({ orderId }) => result(orderId, new OrderPlaced(orderId)), { name: 'place' })
const mapper = new EventMapper().register(OrderPlaced, OrderPlacedV1)

function publisher() {
  const batches: (readonly Envelope[])[] = []
  const port: Publisher = { publish: async (envelopes) => void batches.push(envelopes) }
  return { port, batches, types: () => batches.flat().map((envelope) => envelope.type) }
}

const mediatorOf = (...handlers: MediatorOptions['handlers']) => new Mediator({ handlers })

describe('a mediator with integration events', () => {
  it('publishes what the handler raised, mapped, before send resolves', async () => {
    const { port, batches } = publisher()
    const mediator = withIntegrationEvents(mediatorOf(place), { mapper, publisher: port, source: 'ordering' })
    const { value } = await mediator.send(Place.of({ orderId: 'o-1' }), {
      tenantId: 'acme',
      messageId: 'm-1',
      correlationId: 'c-1',
    })
    expect(value).to.equal('o-1')
    expect(batches).to.have.length(1)
    const [envelope] = batches[0] as [Envelope]
    expect(envelope).to.include({
      type: 'ordering.order.placed.v1',
      topic: 'ordering.order.placed.v1',
      source: 'ordering',
      partitionKey: 'o-1',
      aggregateId: 'o-1',
      aggregateType: 'order',
      dataVersion: '1.0',
      correlationId: 'c-1',
      causationId: 'm-1',
      tenantId: 'acme',
    })
    expect(envelope.payload).to.be.instanceOf(OrderPlacedV1)
    expect(envelope.id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(envelope.occurredAt).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it('publishes nothing when the handler fails', async () => {
    const { port, batches } = publisher()
    const failing = handler(Place, async (_, context) => {
      await context.publish(OrderAuditedV1.of({ orderId: '' }))
      throw new Error('boom')
    })
    const mediator = withIntegrationEvents(mediatorOf(failing), { mapper, publisher: port })
    expect(String(await failure(mediator.send(Place.of({ orderId: '1' }))))).to.equal('Error: boom')
    expect(batches).to.deep.equal([])
  })

  it('publishes nothing when a handler of its domain events fails', async () => {
    const { port, batches } = publisher()
    const boom = handler(OrderPlaced, () => Promise.reject(new Error('boom')))
    const mediator = withIntegrationEvents(mediatorOf(place, boom), { mapper, publisher: port })
    await failure(mediator.send(Place.of({ orderId: '1' })))
    expect(batches).to.deep.equal([])
  })

  it('passes explicit integration events through', async () => {
    const { port, types, batches } = publisher()
    const both = handler(Place, ({ orderId }) =>
      result(orderId, new OrderPlaced(orderId), OrderAuditedV1.of({ orderId })),
    )
    const mediator = withIntegrationEvents(mediatorOf(both), { mapper, publisher: port })
    await mediator.send(Place.of({ orderId: '1' }))
    expect(types()).to.deep.equal(['ordering.order.placed.v1', 'ordering.order.audited.v1'])
    expect(batches[0]?.[1]).to.include({ topic: 'audit', partitionKey: undefined })
  })

  it('passes several of one handler through, in order', async () => {
    const { port, batches } = publisher()
    const several = handler(Place, () =>
      result(
        '',
        OrderAuditedV1.of({ orderId: '1' }),
        OrderAuditedV1.of({ orderId: '2' }),
        OrderAuditedV1.of({ orderId: '3' }),
      ),
    )
    await withIntegrationEvents(mediatorOf(several), { publisher: port }).send(Place.of({ orderId: '' }))
    expect(batches.flat().map(({ payload }) => (payload as OrderAuditedV1).orderId)).to.deep.equal(['1', '2', '3'])
  })

  it('publishes once what nested messages raised, at the end of the outermost', async () => {
    const { port, batches } = publisher()
    const outer = handler(Outer, async (_, context) => {
      await context.send(Place.of({ orderId: '1' }))
      await context.send(Place.of({ orderId: '2' }))
      expect(batches).to.deep.equal([])
    })
    const mediator = withIntegrationEvents(mediatorOf(place, outer), { mapper, publisher: port })
    await mediator.send(Outer.of({}), { correlationId: 'c' })
    expect(
      batches.map((batch) => batch.map(({ partitionKey, correlationId }) => [partitionKey, correlationId])),
    ).to.deep.equal([
      [
        ['1', 'c'],
        ['2', 'c'],
      ],
    ])
  })

  it('publishes an event that is published, mapped or as it is', async () => {
    const { port, types } = publisher()
    const seen: string[] = []
    const inner = mediatorOf(
      handler(OrderPlaced, () => void seen.push('in process')),
      handler(OrderAuditedV1, () => void seen.push('never')),
    )
    const mediator = withIntegrationEvents(inner, { mapper, publisher: port })
    await mediator.publish(new OrderPlaced('1'))
    await mediator.publish(OrderAuditedV1.of({ orderId: '1' }))
    expect(types()).to.deep.equal(['ordering.order.placed.v1', 'ordering.order.audited.v1'])
    expect(seen).to.deep.equal(['in process'])
  })

  it('goes to the topic that the strategy or the contract names', async () => {
    const { port, batches } = publisher()
    const mediator = withIntegrationEvents(mediatorOf(place), {
      mapper,
      publisher: port,
      topics: (type) => type.split('.')[0] as string,
    })
    await mediator.send(Place.of({ orderId: '1' }))
    await mediator.publish(OrderAuditedV1.of({ orderId: '1' }))
    expect(batches.flat().map((envelope) => envelope.topic)).to.deep.equal(['ordering', 'audit'])
  })

  it('tells what could not be published, with the result and the unsent envelopes', async () => {
    const boom = new Error('broker gone')
    const mediator = withIntegrationEvents(mediatorOf(place), {
      mapper,
      publisher: { publish: () => Promise.reject(boom) },
    })
    const error = (await failure(mediator.send(Place.of({ orderId: '1' })))) as GuloError
    expect(error).to.include({ code: 'GULO_PUBLISH_FAILED', retryable: true, cause: boom })
    expect(error.message).to.match(
      /The handler of Place succeeded, but 1 integration events could not be published: broker gone/,
    )
    expect((error.details['result'] as Result<string>).value).to.equal('1')
    expect((error.details['unsent'] as Envelope[]).map((envelope) => envelope.partitionKey)).to.deep.equal(['1'])
  })

  it('tells only what the transport says is unsent', async () => {
    const several = handler(Place, () => result('', new OrderPlaced('1'), new OrderPlaced('2')))
    const port: Publisher = {
      publish: (envelopes) =>
        Promise.reject(
          new GuloError('X', { message: 'half', mend: '.' }, { unsent: envelopes.slice(1), retryable: false }),
        ),
    }
    const mediator = withIntegrationEvents(mediatorOf(several), { mapper, publisher: port })
    const error = (await failure(mediator.send(Place.of({ orderId: '1' })))) as GuloError
    expect((error.details['unsent'] as Envelope[]).map((envelope) => envelope.partitionKey)).to.deep.equal(['2'])
    expect(error.retryable).to.equal(false)
  })

  it('fails, publishing nothing, when an event cannot be mapped or has no contract', async () => {
    const { port, batches } = publisher()
    const strict = new EventMapper({ unmapped: 'fail' }).register(OrderPlaced, OrderPlacedV1)
    const odd = handler(Place, () => result('', new OrderPlaced('1'), new Unmappable()))
    const error = await failure(
      withIntegrationEvents(mediatorOf(odd), { mapper: strict, publisher: port }).send(Place.of({ orderId: '' })),
    )
    expect(error).to.have.property('code', 'GULO_EVENT_UNMAPPED')
    class Bare extends IntegrationEvent {}
    const bare = handler(Place, () => result('', Bare.of({})))
    const other = await failure(
      withIntegrationEvents(mediatorOf(bare), { publisher: port }).send(Place.of({ orderId: '' })),
    )
    expect(other).to.have.property('code', 'GULO_CONTRACT_MISSING')
    expect(batches).to.deep.equal([])
  })

  it('refuses a source that is no URI reference', () => {
    for (const source of ['', 'my service', 'a"b', 5]) {
      expect(() =>
        withIntegrationEvents(mediatorOf(), { publisher: publisher().port, source: source as string }),
      ).to.throw(/source is/)
    }
  })
})

describe('a mediator with a unit of work', () => {
  function recording() {
    const steps: string[] = []
    const unitOfWork: UnitOfWork = {
      async run(context, work) {
        steps.push('begin')
        context.transaction = 'tx'
        try {
          const value = await work()
          steps.push('commit')
          return value
        } catch (error) {
          steps.push('rollback')
          throw error
        }
      },
    }
    return { steps, unitOfWork }
  }

  it('publishes directly only after the commit', async () => {
    const { steps, unitOfWork } = recording()
    const port: Publisher = { publish: async () => void steps.push('publish') }
    await withIntegrationEvents(mediatorOf(place), { mapper, publisher: port, unitOfWork }).send(
      Place.of({ orderId: '1' }),
    )
    expect(steps).to.deep.equal(['begin', 'commit', 'publish'])
  })

  it('maps before the commit, so that what cannot be mapped leaves no state behind', async () => {
    const { steps, unitOfWork } = recording()
    const strict = new EventMapper({ unmapped: 'fail' })
    await failure(
      withIntegrationEvents(mediatorOf(place), { mapper: strict, publisher: publisher().port, unitOfWork }).send(
        Place.of({ orderId: '1' }),
      ),
    )
    expect(steps).to.deep.equal(['begin', 'rollback'])
  })

  it('stores in an outbox as the last thing before the commit, in its transaction', async () => {
    const { steps, unitOfWork } = recording()
    const outbox = {
      publish: async (_: readonly Envelope[], scope?: { readonly transaction?: unknown }) =>
        void steps.push(`store in ${scope?.transaction}`),
      claim: async () => [],
      settle: async () => undefined,
      fail: async () => undefined,
    }
    const noted = handler(Place, ({ orderId }) => {
      steps.push('handle')
      return result(orderId, new OrderPlaced(orderId))
    })
    await withIntegrationEvents(mediatorOf(noted), { mapper, publisher: outbox, unitOfWork }).send(
      Place.of({ orderId: '1' }),
    )
    expect(steps).to.deep.equal(['begin', 'handle', 'store in tx', 'commit'])
  })

  it('leaves nothing in the outbox when the handler fails', async () => {
    const store = memoryStore({ runtime: createRuntime() })
    const failing = handler(Place, async (_, context) => {
      await context.publish(new OrderPlaced('1'))
      throw new Error('boom')
    })
    const mediator = withIntegrationEvents(mediatorOf(failing), {
      mapper,
      publisher: store.outbox,
      unitOfWork: store.unitOfWork,
    })
    await failure(mediator.send(Place.of({ orderId: '1' })))
    expect((await store.outbox.pending()).count).to.equal(0)
  })
})
