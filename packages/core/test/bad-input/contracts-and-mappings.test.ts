import {
  Command,
  Contract,
  type ContractOptions,
  DomainEvent,
  EventMapper,
  EventPublisher,
  handler,
  IntegrationEvent,
  memoryStore,
  memoryTransport,
  result,
  type ServiceOptions,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { expectFault, OrderPlaced, OrderPlacedV1, Place, Stage } from './stage.js'

/** A class of integration events with a contract of this type. */
function contract(type: unknown, options?: ContractOptions<Shipped, never>) {
  class Other extends Shipped {}
  Contract<Shipped>(type as string, options)(Other as never)
  return Other
}

class Shipped extends IntegrationEvent {
  readonly orderId!: string
}
class Notice extends IntegrationEvent {
  readonly orderId!: string
}

describe('a contract that cannot be', () => {
  const stage = new Stage()
  after(() => stage.close())

  const types: [string, unknown, RegExp][] = [
    ['upper case', 'Ordering.Order.Placed.v1', /expected domain\.entity\.event\.vN/],
    ['no version', 'ordering.order.placed', /expected domain\.entity\.event\.vN/],
    ['two segments', 'ordering.v1', /expected domain\.entity\.event\.vN/],
    ['a space', 'ordering.order placed.now.v1', /expected domain\.entity\.event\.vN/],
    ['version zero', 'ordering.order.placed.v0', /expected domain\.entity\.event\.vN/],
    ['a prototype key', '__proto__', /expected domain\.entity\.event\.vN/],
  ]
  for (const [what, type, text] of types) {
    it(`because its type has ${what} is refused at start, whether it is mapped to or handled`, async () => {
      const bad = contract(type)
      const mapper = new EventMapper().register(OrderPlaced, bad)
      expectFault(await failure(stage.service({ mapper }).start()), 'GULO_CONTRACT_NAME', text)
      const handlers = [handler(bad, () => undefined)]
      expectFault(await failure(stage.service({ handlers }).start()), 'GULO_CONTRACT_NAME', text)
    })
  }

  for (const type of ['', undefined, 5]) {
    it(`because its type is ${JSON.stringify(type)} is refused where it is declared`, () => {
      expectFault(
        thrownBy(() => contract(type)),
        'GULO_CONTRACT_NAME',
        /expected a text/,
      )
    })
  }

  it('because its class is no message is refused where it is declared', () => {
    const declare = () => Contract('a.b.c.v1')(class Odd {} as never)
    expectFault(thrownBy(declare), 'GULO_NOT_A_MESSAGE_CLASS', /the function Odd/)
  })

  it('because another class has its type is refused at start, naming both', async () => {
    const mapper = new EventMapper()
      .register(OrderPlaced, OrderPlacedV1)
      .register(OrderPlaced, contract('ordering.order.placed.v1'))
    const error = await failure(stage.service({ mapper }).start())
    expectFault(error, 'GULO_CONTRACT_DUPLICATE', /claimed by OrderPlacedV1 and by Other/)
  })
})

describe('an integration event without a contract', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  it('cannot be mapped to', () => {
    const register = () => new EventMapper().register(OrderPlaced, Notice)
    expectFault(thrownBy(register), 'GULO_CONTRACT_MISSING', /Notice has no contract/)
  })

  it('cannot be handled', async () => {
    const error = await failure(stage.service({ handlers: [handler(Notice, () => undefined)] }).start())
    expectFault(error, 'GULO_CONTRACT_MISSING', /Notice/)
  })

  it('does not inherit the one of its base class', async () => {
    class Special extends OrderPlacedV1 {}
    const publisher = await new EventPublisher({ transport: memoryTransport(), source: 'script' }).start()
    expectFault(await failure(publisher.publish(Special.of({ orderId: '1' }))), 'GULO_CONTRACT_MISSING', /Special/)
    await publisher.stop()
  })

  it('is refused when a handler returns it, and nothing is committed', async () => {
    const store = memoryStore()
    const odd = handler(Place, ({ orderId }) => result(orderId, Notice.of({ orderId })))
    const service = await stage.start({ handlers: [odd], store })
    expectFault(await failure(service.mediator.send(Place.of({ orderId: '1' }))), 'GULO_CONTRACT_MISSING', /Notice/)
    expect((await store.outbox.pending()).count).to.equal(0)
  })
})

describe('a contract whose topic cannot be', () => {
  for (const topic of [undefined, '', 5] as never[]) {
    it(`because it comes out as ${JSON.stringify(topic)} is told when the event is published`, async () => {
      const publisher = await new EventPublisher({ transport: memoryTransport(), source: 'script' }).start()
      const event = contract('a.b.c.v1', { topic: () => topic }).of({ orderId: '1' })
      expectFault(await failure(publisher.publish(event)), 'GULO_TOPIC_INVALID', /topic of Other is/)
      await publisher.stop()
    })
  }

  it('because the strategy answers nothing is told as well', async () => {
    const options = { transport: memoryTransport(), source: 'script', topics: () => undefined as never }
    const publisher = await new EventPublisher(options).start()
    expectFault(await failure(publisher.publish(OrderPlacedV1.of({ orderId: '1' }))), 'GULO_TOPIC_INVALID')
    await publisher.stop()
  })
})

describe('a mapping that cannot be', () => {
  class NoEvent extends Command {}
  const cases: [string, (mapper: EventMapper) => unknown, string, RegExp][] = [
    [
      'of nothing',
      (mapper) => mapper.register(undefined as never, OrderPlacedV1 as never),
      'GULO_MAPPING_INVALID',
      /^Mapping undefined to OrderPlacedV1/,
    ],
    [
      'of a command',
      (mapper) => mapper.register(NoEvent as never, OrderPlacedV1 as never),
      'GULO_MAPPING_INVALID',
      /NoEvent is no DomainEvent class/,
    ],
    [
      'to nothing',
      (mapper) => mapper.register(OrderPlaced, undefined as never),
      'GULO_MAPPING_INVALID',
      /OrderPlaced to undefined/,
    ],
    [
      'to a domain event',
      (mapper) => mapper.register(OrderPlaced, OrderPlaced as never),
      'GULO_MAPPING_INVALID',
      /no IntegrationEvent class/,
    ],
    [
      'twice',
      (mapper) => mapper.register(OrderPlaced, OrderPlacedV1).register(OrderPlaced, OrderPlacedV1),
      'GULO_MAPPING_INVALID',
      /registered twice/,
    ],
  ]
  for (const [what, register, code, text] of cases) {
    it(`because it is ${what} is refused where it is registered`, () => {
      expectFault(
        thrownBy(() => register(new EventMapper())),
        code,
        text,
      )
    })
  }
})

describe('a transform that misbehaves', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const cases: [string, () => unknown, RegExp][] = [
    [
      'throws',
      () => {
        throw new Error('no such field')
      },
      /no such field/,
    ],
    [
      'throws what has no text',
      () => {
        throw Object.create(null)
      },
      /without a text/,
    ],
    ['answers a text', () => 'x', /answered a string/],
    ['answers a promise', async () => ({ orderId: '1' }), /answered an instance of Promise/],
    ['answers a list with a hole', () => [undefined], /answered undefined/],
    ['answers a key __proto__', () => JSON.parse('{"__proto__":1}'), /key __proto__/],
  ]
  for (const [what, transform, text] of cases) {
    it(`because it ${what} fails the command, and nothing is committed`, async () => {
      const store = memoryStore()
      const mapper = new EventMapper().register(OrderPlaced, OrderPlacedV1, transform as never)
      const place = handler(Place, ({ orderId }) => result(orderId, OrderPlaced.of({ orderId })))
      const service = await stage.start({ handlers: [place], mapper, store })
      const error = await failure(service.mediator.send(Place.of({ orderId: '1' })))
      expectFault(error, /__proto__/.test(what) ? 'GULO_PAYLOAD_INVALID' : 'GULO_MAPPING_FAILED', text)
      expect((await store.outbox.pending()).count).to.equal(0)
    })
  }

  it('is missed where unmapped events are to fail', async () => {
    class Forgotten extends DomainEvent {}
    const mapper = new EventMapper({ unmapped: 'fail' })
    const place = handler(Place, ({ orderId }) => result(orderId, Forgotten.of({})))
    const options: Partial<ServiceOptions> = { handlers: [place], mapper, store: memoryStore() }
    const service = await stage.start(options)
    expectFault(await failure(service.mediator.send(Place.of({ orderId: '1' }))), 'GULO_EVENT_UNMAPPED', /Forgotten/)
  })
})

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('expected it to throw')
}
