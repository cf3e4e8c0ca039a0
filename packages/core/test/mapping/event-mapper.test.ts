import {
  Command,
  Contract,
  createRuntime,
  DomainEvent,
  EventMapper,
  IntegrationEvent,
  MessageContext,
} from '@gulo/core'
import { expect } from 'chai'

@Contract('ordering.order.placed.v1', { key: 'orderId' })
class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly sku!: string
}
@Contract('ordering.order.cancelled.v1', { key: 'orderId' })
class OrderCancelledV1 extends IntegrationEvent {
  readonly orderId!: string
  readonly reason?: string
}
@Contract('ordering.audit.noted.v1')
class NotedV1 extends IntegrationEvent {
  readonly what!: string
}
class WithoutContract extends IntegrationEvent {
  readonly orderId!: string
}

abstract class OrderEvent extends DomainEvent {
  constructor(readonly orderId: string) {
    super()
  }
}
class OrderPlaced extends OrderEvent {
  constructor(
    orderId: string,
    readonly sku: string,
  ) {
    super(orderId)
  }
}
class OrderCancelled extends OrderEvent {
  constructor(
    orderId: string,
    readonly why: string,
  ) {
    super(orderId)
  }
}
class OrderLost extends OrderEvent {}
class Tick extends DomainEvent {}
class Place extends Command {}

const context = new MessageContext(createRuntime())
const placed = new OrderPlaced('o-1', 'A-1')

describe('mapping an event to a contract of the same fields', () => {
  const mapper = new EventMapper().register(OrderPlaced, OrderPlacedV1)

  it('makes an instance of the contract with the fields of the event', () => {
    const [event, ...others] = mapper.map(placed, context)
    expect(event).to.be.instanceOf(OrderPlacedV1).and.to.include({ orderId: 'o-1', sku: 'A-1' })
    expect(others).to.deep.equal([])
  })

  it('gives away nothing that a subclass of the event knows beyond the contract', () => {
    class Rush extends OrderPlaced {
      readonly card = '4111'
    }
    const [event] = mapper.map(new Rush('o-1', 'A-1'), context)
    expect(JSON.parse(JSON.stringify(event))).to.deep.equal({ orderId: 'o-1', sku: 'A-1' })
  })

  it('loses no field of a contract that is compiled without field definitions', () => {
    @Contract('ordering.order.stamped.v1')
    class StampedV1 extends IntegrationEvent {
      declare readonly orderId: string // not there until it is assigned, as under useDefineForClassFields: false
      readonly edition: number = 1
    }
    class Stamped extends OrderEvent {
      readonly edition = 2
    }
    const stamped = new EventMapper().register(Stamped, StampedV1)
    for (let times = 0; times < 2; times++) {
      expect({ ...stamped.map(new Stamped('o-1'), context)[0] }).to.deep.equal({ orderId: 'o-1', edition: 2 })
    }
  })

  it('keeps what the contract says of an optional field that the event does not have', () => {
    @Contract('ordering.order.flagged.v1')
    class FlaggedV1 extends IntegrationEvent {
      readonly orderId!: string
      readonly urgent?: boolean = false
    }
    const flagged = new EventMapper().register(OrderLost, FlaggedV1)
    expect(flagged.map(new OrderLost('1'), context)[0]).to.include({ orderId: '1', urgent: false })
  })

  it('leaves out optional fields that the event does not have', () => {
    const cancelled = new EventMapper().register(OrderLost, OrderCancelledV1)
    expect(JSON.stringify(cancelled.map(new OrderLost('1'), context)[0])).to.equal('{"orderId":"1"}')
  })

  it('does not compile unless the event has every field of the contract, with a fitting type', () => {
    class NoSku extends DomainEvent {
      constructor(readonly orderId: string) {
        super()
      }
    }
    class NumberId extends DomainEvent {
      constructor(
        readonly orderId: number,
        readonly sku: string,
      ) {
        super()
      }
    }
    class Talkative extends DomainEvent {
      constructor(
        readonly orderId: string,
        readonly sku: string,
        readonly internal: string,
      ) {
        super()
      }
    }
    const typed = new EventMapper()
    // @ts-expect-error sku is missing
    typed.register(NoSku, OrderPlacedV1)
    // @ts-expect-error orderId is a number
    typed.register(NumberId, OrderPlacedV1)
    // @ts-expect-error internal is not in the contract
    typed.register(Talkative, OrderPlacedV1)
    // @ts-expect-error a command is no domain event
    expect(() => typed.register(Place, NotedV1)).to.throw(/^Mapping Place to NotedV1: Place is no DomainEvent/)
  })
})

describe('mapping with a transform', () => {
  it('takes one, several or none', () => {
    const mapper = new EventMapper()
      .register(OrderCancelled, OrderCancelledV1, ({ orderId, why }) => ({ orderId, reason: why }))
      .register(OrderPlaced, NotedV1, ({ orderId, sku }) => [{ what: orderId }, { what: sku }])
      .register(OrderLost, NotedV1, () => undefined)
    expect(mapper.map(new OrderCancelled('1', 'late'), context)).to.deep.equal([
      OrderCancelledV1.of({ orderId: '1', reason: 'late' }),
    ])
    expect(mapper.map(placed, context)).to.deep.equal([NotedV1.of({ what: 'o-1' }), NotedV1.of({ what: 'A-1' })])
    expect(mapper.map(new OrderLost('2'), context)).to.deep.equal([])
  })

  it('compiles only with exactly the fields of the contract', () => {
    const typed = new EventMapper()
    // @ts-expect-error orderId is missing
    typed.register(OrderCancelled, OrderCancelledV1, ({ why }) => ({ reason: why }))
    // @ts-expect-error the contract has no field extra
    typed.register(OrderLost, OrderCancelledV1, ({ orderId }) => ({ orderId, extra: 1 }))
    // @ts-expect-error nor in a list
    typed.register(OrderPlaced, OrderCancelledV1, ({ orderId }) => [{ orderId, extra: 1 }])
    // @ts-expect-error what is a text
    typed.register(OrderPlaced, NotedV1, () => ({ what: 1 }))
  })

  it('says which mapping failed, and why', () => {
    const throwing = new EventMapper().register(OrderLost, NotedV1, () => {
      throw new Error('no clue')
    })
    expect(() => throwing.map(new OrderLost('1'), context))
      .to.throw(/The transform of OrderLost to NotedV1 failed: no clue/)
      .with.property('code', 'GULO_MAPPING_FAILED')
  })

  for (const [what, answer, found] of [
    ['a text', 'x', /OrderLost to NotedV1 failed: it answered a string/],
    ['a promise', Promise.resolve({}), /it answered an instance of Promise/],
    ['a list of texts', ['x'], /it answered a string/],
    ['a list in a list', [[]], /it answered an array/],
    ['a list with a hole', [null], /it answered null/],
  ] as const) {
    it(`refuses ${what}, and says so`, () => {
      const mapper = new EventMapper().register(OrderLost, NotedV1, (() => answer) as never)
      expect(() => mapper.map(new OrderLost('1'), context))
        .to.throw(found)
        .with.property('code', 'GULO_MAPPING_FAILED')
    })
  }

  it('takes null for none, from callers that do not type-check', () => {
    const mapper = new EventMapper().register(OrderLost, NotedV1, (() => null) as never)
    expect(mapper.map(new OrderLost('1'), context)).to.deep.equal([])
  })

  it('passes on an instance of the contract as it is', () => {
    const made = NotedV1.of({ what: 'made here' })
    const mapper = new EventMapper().register(OrderLost, NotedV1, () => made)
    expect(mapper.map(new OrderLost('1'), context)[0]).to.equal(made)
  })
})

describe('mapping a base class', () => {
  const mapper = new EventMapper()
    .register(OrderEvent, NotedV1, (event) => ({ what: event.constructor.name }))
    .register(OrderPlaced, OrderPlacedV1)

  it('covers every subclass that has no mapping of its own', () => {
    expect(mapper.map(new OrderLost('1'), context)).to.deep.equal([NotedV1.of({ what: 'OrderLost' })])
  })

  it('leaves a subclass to its own mapping', () => {
    expect(mapper.map(placed, context)).to.have.length(1)
    expect(mapper.map(placed, context)[0]).to.be.instanceOf(OrderPlacedV1)
  })
})

describe('mapping by predicate', () => {
  it('adds to what is registered for the class', () => {
    const mapper = new EventMapper().register(OrderPlaced, OrderPlacedV1).registerWhen(
      (event) => event instanceof OrderEvent && event.orderId === 'o-1',
      NotedV1,
      () => ({ what: 'first' }),
    )
    expect(mapper.map(placed, context).map((event) => event.constructor.name)).to.deep.equal([
      'OrderPlacedV1',
      'NotedV1',
    ])
    expect(mapper.map(new OrderPlaced('o-2', ''), context)).to.have.length(1)
  })
})

describe('an event without a mapping', () => {
  const listening = () => {
    const told: string[] = []
    const logger = { info: () => undefined, error: () => undefined, warn: (text: string) => void told.push(text) }
    return { told, logger }
  }

  it('is ignored by default, without a word', () => {
    const { told, logger } = listening()
    expect(new EventMapper({ logger }).map(new Tick(), context)).to.deep.equal([])
    expect(told).to.deep.equal([])
  })

  it('is warned of once for each class, when asked', () => {
    const { told, logger } = listening()
    const mapper = new EventMapper({ unmapped: 'warn', logger })
    mapper.map(new Tick(), context)
    mapper.map(new Tick(), context)
    expect(told).to.deep.equal(['the domain event Tick has no mapping and is not published'])
  })

  it('is an error, when asked', () => {
    const mapper = new EventMapper({ unmapped: 'fail' }).registerWhen(
      () => false,
      NotedV1,
      () => undefined,
    )
    expect(() => mapper.map(new Tick(), context))
      .to.throw(/The domain event Tick has no mapping\. Register it with mapper\.register\(Tick/)
      .with.property('code', 'GULO_EVENT_UNMAPPED')
  })

  it('is mapped when that makes nothing', () => {
    const mapper = new EventMapper({ unmapped: 'fail' }).register(Tick, NotedV1, () => undefined)
    expect(mapper.map(new Tick(), context)).to.deep.equal([])
  })

  it('is mapped when only a predicate fits it', () => {
    const mapper = new EventMapper({ unmapped: 'fail' }).registerWhen(
      () => true,
      NotedV1,
      () => ({ what: 'tick' }),
    )
    expect(mapper.map(new Tick(), context)).to.deep.equal([NotedV1.of({ what: 'tick' })])
  })
})

describe('registering a mapping that cannot be', () => {
  it('refuses a contract class without @Contract', () => {
    expect(() => new EventMapper().register(OrderLost, WithoutContract))
      .to.throw(/WithoutContract has no contract/)
      .with.property('code', 'GULO_CONTRACT_MISSING')
  })

  it('refuses the same pair twice', () => {
    expect(() => new EventMapper().register(OrderPlaced, OrderPlacedV1).register(OrderPlaced, OrderPlacedV1))
      .to.throw(/OrderPlaced to OrderPlacedV1: it is registered twice/)
      .with.property('code', 'GULO_MAPPING_INVALID')
  })

  it('refuses a target that is no integration event', () => {
    expect(() => new EventMapper().register(OrderLost, Tick as never)).to.throw(
      /its target is no IntegrationEvent class/,
    )
    expect(() => new EventMapper().register(OrderLost, undefined as never))
      .to.throw(/Mapping OrderLost to undefined: its target is no IntegrationEvent class/)
      .with.property('code', 'GULO_MAPPING_INVALID')
    expect(() =>
      new EventMapper().registerWhen(
        () => true,
        Tick as never,
        () => undefined as never,
      ),
    )
      .to.throw(/Mapping events by predicate to Tick: its target is no IntegrationEvent class/)
      .with.property('code', 'GULO_MAPPING_INVALID')
  })

  it('refuses an event class that is missing', () => {
    expect(() => new EventMapper().register(undefined as never, OrderPlacedV1 as never))
      .to.throw(/Mapping undefined to OrderPlacedV1: undefined is no DomainEvent class/)
      .with.property('code', 'GULO_MAPPING_INVALID')
  })

  it('leaves the mapper as it was', () => {
    const mapper = new EventMapper().register(OrderPlaced, OrderPlacedV1)
    expect(() => mapper.register(OrderLost, Tick as never)).to.throw()
    expect(mapper.contracts()).to.deep.equal([OrderPlacedV1])
  })
})

describe('registering with a mapper that is in use', () => {
  it('takes effect from the next event on', () => {
    const mapper = new EventMapper().register(OrderPlaced, OrderPlacedV1)
    expect(mapper.map(placed, context)).to.have.length(1)
    mapper.register(OrderPlaced, NotedV1, ({ sku }) => ({ what: sku }))
    expect(mapper.map(placed, context)).to.deep.equal([
      OrderPlacedV1.of({ orderId: 'o-1', sku: 'A-1' }),
      NotedV1.of({ what: 'A-1' }),
    ])
  })
})

describe('describing a mapper', () => {
  it('says every mapping in words', () => {
    const mapper = new EventMapper()
      .register(OrderPlaced, OrderPlacedV1)
      .register(OrderCancelled, OrderCancelledV1, ({ orderId }) => ({ orderId }))
      .registerWhen(
        () => true,
        NotedV1,
        () => undefined,
      )
    expect(mapper.describe()).to.deep.equal([
      'OrderPlaced → ordering.order.placed.v1 (same fields)',
      'OrderCancelled → ordering.order.cancelled.v1 (transform)',
      'events by predicate → ordering.audit.noted.v1 (transform)',
    ])
    expect(mapper.contracts()).to.deep.equal([OrderPlacedV1, OrderCancelledV1, NotedV1])
  })
})
