import {
  Command,
  createRuntime,
  DomainEvent,
  type EventSink,
  type GuloError,
  handler,
  IntegrationEvent,
  Mediator,
  MessageContext,
  type Result,
  result,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'

class Ship extends Command<Result<void>> {}
class Level extends DomainEvent {
  constructor(readonly number: number) {
    super()
  }
}
class Shipped extends DomainEvent {}
class Billed extends DomainEvent {}
class Mailed extends DomainEvent {}
class ToldV1 extends IntegrationEvent {}

/** Raises one event more until `last`. */
const climbing = (last: number, seen: number[] = []) =>
  handler(Level, ({ number }, { depth }) => {
    seen.push(depth)
    return number < last ? result(undefined, new Level(number + 1)) : undefined
  })

describe('events that a handler of an event raises', () => {
  for (const [what, others] of [
    ['the only handler', []],
    ['one of several handlers', [handler(Shipped, () => undefined)]],
  ] as const) {
    it(`are handled before publish resolves when it is ${what}`, async () => {
      const seen: string[] = []
      const mediator = new Mediator({
        handlers: [
          handler(Shipped, () => result(undefined, new Billed(), new Mailed())),
          ...others,
          handler(Billed, async () => {
            await Promise.resolve()
            seen.push('billed')
          }),
          handler(Mailed, () => void seen.push('mailed')),
        ],
      })
      await mediator.publish(new Shipped())
      expect(seen).to.deep.equal(['billed', 'mailed'])
    })
  }

  it('come after all handlers of the event that raised them', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Shipped, () => result(undefined, new Billed())),
        handler(Shipped, () => void seen.push('second of shipped')),
        handler(Billed, () => void seen.push('billed')),
      ],
    })
    await mediator.publish(new Shipped())
    expect(seen).to.deep.equal(['second of shipped', 'billed'])
  })

  it('are found even when a wrapper answers something else', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Shipped, () => result(undefined, new Billed())),
        handler(Billed, () => void seen.push('billed')),
      ],
      middleware: [
        async (call, next) => {
          await next(call)
          return 'changed'
        },
      ],
    })
    await mediator.publish(new Shipped())
    expect(seen).to.deep.equal(['billed'])
  })

  it('are refused when they are none, and the handler is named', async () => {
    const invalid = handler(Shipped, () => ({ domainEvents: [{}] }) as never, { name: 'careless' })
    for (const handlers of [[invalid], [invalid, handler(Shipped, () => undefined)]]) {
      const error = (await failure(new Mediator({ handlers }).publish(new Shipped()))) as GuloError
      expect(error.code).to.equal('GULO_EVENTS_INVALID')
      expect(error.message).to.match(/^careless returned a plain object among its events/)
    }
  })

  it('pass by when nobody here handles them, however deep', async () => {
    const mediator = new Mediator({
      maxEventDepth: 1,
      handlers: [
        handler(Shipped, () => result(undefined, new Billed())),
        handler(Billed, () => result(undefined, new Mailed())),
      ],
    })
    await mediator.publish(new Shipped())
  })

  it('pass by a disabled handler and reach the others', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Ship, () => result(undefined, new Shipped())),
        handler(Shipped, () => void seen.push('off'), { name: 'off' }),
        handler(Shipped, () => void seen.push('on')),
      ],
    })
    mediator.disable('off')
    await mediator.send(Ship.of({}))
    expect(seen).to.deep.equal(['on'])
  })
})

describe('the depth of a cascade', () => {
  it('is 0 for what is sent or published and one more for each level', async () => {
    const seen: number[] = []
    await new Mediator({ handlers: [climbing(3, seen)] }).publish(new Level(0))
    expect(seen).to.deep.equal([0, 1, 2, 3])
  })

  it('may be 32 unless told otherwise', async () => {
    await new Mediator({ handlers: [climbing(32)] }).publish(new Level(0))
    const error = await failure(new Mediator({ handlers: [climbing(33)] }).publish(new Level(0)))
    expect(error).to.have.property('code', 'GULO_CASCADE_TOO_DEEP')
    expect((error as Error).message).to.match(/more than 32 levels deep; the last was Level/)
  })

  it('may be what it is told, and no more', async () => {
    await new Mediator({ maxEventDepth: 2, handlers: [climbing(2)] }).publish(new Level(0))
    const error = await failure(new Mediator({ maxEventDepth: 2, handlers: [climbing(3)] }).publish(new Level(0)))
    expect(error).to.have.property('code', 'GULO_CASCADE_TOO_DEEP')
  })

  it('counts what handlers publish through their context too', async () => {
    const endless = handler(Shipped, (_, context) => context.publish(new Shipped()))
    const error = await failure(new Mediator({ maxEventDepth: 4, handlers: [endless] }).publish(new Shipped()))
    expect(error).to.have.property('code', 'GULO_CASCADE_TOO_DEEP')
  })
})

describe('integration events that a handler returns', () => {
  const returning = handler(Ship, () => result(undefined, ToldV1.of({}), new Shipped()))

  it('reach handlers in this process, after the domain events, when no publisher takes them', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        returning,
        handler(ToldV1, () => void seen.push('told')),
        handler(Shipped, () => void seen.push('shipped')),
      ],
    })
    await mediator.send(Ship.of({}))
    expect(seen).to.deep.equal(['shipped', 'told'])
  })

  it('may come without domain events', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Ship, () => ({ value: undefined, integrationEvents: [ToldV1.of({})] }) as never),
        handler(ToldV1, () => void seen.push('told')),
      ],
    })
    await mediator.send(Ship.of({}))
    expect(seen).to.deep.equal(['told'])
  })

  it('are refused when they are domain events, and the handler is named', async () => {
    const mixed = handler(Ship, () => ({ value: undefined, integrationEvents: [new Shipped()] }) as never, {
      name: 'mixed',
    })
    const mediator = new Mediator({ handlers: [mixed, handler(Shipped, () => undefined)] })
    const error = (await failure(mediator.send(Ship.of({})))) as GuloError
    expect(error.code).to.equal('GULO_EVENTS_INVALID')
    expect(error.message).to.match(/^mixed returned an instance of Shipped/)
  })
})

describe('events in a context that gathers them for publishing', () => {
  const scene = () => {
    const seen: string[] = []
    const sink: EventSink = { domainEvents: [], integrationEvents: [] }
    const mediator = new Mediator({
      handlers: [
        handler(Ship, () => result(undefined, new Shipped(), ToldV1.of({}))),
        handler(Shipped, () => {
          seen.push('shipped')
          return result(undefined, new Billed())
        }),
        handler(ToldV1, () => void seen.push('told')),
      ],
    })
    const context = mediator.createContext()
    context.sink = sink
    const gathered = () => [...sink.domainEvents, ...sink.integrationEvents].map((event) => event.constructor.name)
    return { mediator, context, seen, gathered }
  }

  it('are gathered, domain events also handled, integration events left to the broker', async () => {
    const { mediator, context, seen, gathered } = scene()
    await mediator.send(Ship.of({}), { context })
    expect(gathered()).to.deep.equal(['Shipped', 'Billed', 'ToldV1'])
    expect(seen).to.deep.equal(['shipped'])
  })

  it('are treated alike when they are published', async () => {
    const { mediator, context, seen, gathered } = scene()
    await mediator.publish(ToldV1.of({}), { context })
    await mediator.publish(new Shipped(), { context })
    expect(gathered()).to.deep.equal(['Shipped', 'Billed', 'ToldV1'])
    expect(seen).to.deep.equal(['shipped'])
  })

  it('are gathered all, in order, when a handler publishes or returns several of a kind', async () => {
    const sink: EventSink = { domainEvents: [], integrationEvents: [] }
    const events = [ToldV1.of({}), new Shipped(), ToldV1.of({}), new Billed()]
    const [told, shipped, toldAgain, billed] = events
    const mediator = new Mediator({
      handlers: [
        handler(Ship, async (_, context) => {
          for (const event of events) await context.publish(event as Shipped)
          return result(undefined, ...(events as Shipped[]))
        }),
        handler(Mailed, () => undefined),
      ],
    })
    const context = mediator.createContext()
    context.sink = sink
    await mediator.send(Ship.of({}), { context })
    expect(sink.domainEvents).to.have.ordered.members([shipped, billed, shipped, billed])
    expect(sink.integrationEvents).to.have.ordered.members([told, toldAgain, told, toldAgain])
  })

  it('are gathered from commands where no event has a handler', async () => {
    const sink: EventSink = { domainEvents: [], integrationEvents: [] }
    const mediator = new Mediator({ handlers: [handler(Ship, () => result(undefined, new Shipped(), new Billed()))] })
    const context = new MessageContext(createRuntime())
    context.sink = sink
    await mediator.send(Ship.of({}), { context })
    expect(sink.domainEvents).to.have.length(2)
  })
})

describe('handlers of an event that fail', () => {
  const failing = (name: string, error: unknown = new Error(name)) =>
    handler(Shipped, () => Promise.reject(error), { name })
  const final = (name: string) => failing(name, Object.assign(new Error(name), { retryable: false }))

  it('give every error and an AggregateError as the cause', async () => {
    const error = (await failure(
      new Mediator({ handlers: [failing('one'), failing('two')] }).publish(new Shipped()),
    )) as GuloError
    expect((error.details['errors'] as Error[]).map((each) => each.message)).to.deep.equal(['one', 'two'])
    expect((error.cause as AggregateError).errors).to.deep.equal(error.details['errors'])
  })

  it('are worth a retry when one of the errors is', async () => {
    const error = await failure(new Mediator({ handlers: [final('one'), failing('two')] }).publish(new Shipped()))
    expect(error).to.have.property('retryable', true)
  })

  it('are counted without what is disabled', async () => {
    const mediator = new Mediator({ handlers: [failing('one'), failing('two')] })
    mediator.disable('one')
    expect(await failure(mediator.publish(new Shipped()))).to.have.property('message', 'two')
  })

  it('keep what they raised from being handled', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Shipped, () => result(undefined, new Billed())),
        failing('two'),
        handler(Billed, () => void seen.push('billed')),
      ],
    })
    await failure(mediator.publish(new Shipped()))
    expect(seen).to.deep.equal([])
  })

  it('reject when they throw instead', async () => {
    const boom = new Error('boom')
    const throwing = handler(Shipped, () => {
      throw boom
    })
    expect(await failure(new Mediator({ handlers: [throwing] }).publish(new Shipped()))).to.equal(boom)
  })
})

describe('publishing from within a handler', () => {
  const publishing = (event: unknown) =>
    new Mediator({
      handlers: [handler(Ship, (_, context) => context.publish(event as Shipped).then(() => result(undefined)))],
    })

  it('is refused for what is no event', async () => {
    const error = (await failure(publishing(Ship.of({})).send(Ship.of({})))) as GuloError
    expect(error.code).to.equal('GULO_WRONG_KIND')
    expect(error.message).to.match(/^publish got Ship, which is a command\./)
  })

  it('is refused for what is no message', async () => {
    const error = (await failure(publishing('Shipped').send(Ship.of({})))) as GuloError
    expect(error.code).to.equal('GULO_NOT_A_MESSAGE')
    expect(error.message).to.match(/^publish got a string, which is no event\./)
  })

  it('resolves when nobody listens', async () => {
    await publishing(new Shipped()).send(Ship.of({}))
  })

  it('resolves once the handlers and what they raise are done', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Ship, async (_, context) => {
          await context.publish(new Shipped())
          seen.push('published')
          return result(undefined)
        }),
        handler(Shipped, () => {
          seen.push('shipped')
          return result(undefined, new Billed())
        }),
        handler(Billed, () => void seen.push('billed')),
      ],
    })
    await mediator.send(Ship.of({}))
    expect(seen).to.deep.equal(['shipped', 'billed', 'published'])
  })
})

describe('an event whose only handler is disabled', () => {
  it('passes it by, and reaches it again once it is enabled', async () => {
    const seen: string[] = []
    const only = handler(Shipped, () => void seen.push('shipped'))
    const mediator = new Mediator({ handlers: [only] })
    await mediator.publish(new Shipped())
    mediator.disable(only)
    await mediator.publish(new Shipped())
    expect(seen).to.deep.equal(['shipped'])
    mediator.enable(only)
    await mediator.publish(new Shipped())
    expect(seen).to.deep.equal(['shipped', 'shipped'])
  })
})
