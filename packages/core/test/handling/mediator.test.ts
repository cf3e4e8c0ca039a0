import {
  Command,
  DomainEvent,
  GuloError,
  Handles,
  handler,
  IntegrationEvent,
  Mediator,
  type MessageContext,
  Query,
  type Result,
  result,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'

class Add extends Command<number> {
  readonly a!: number
  readonly b!: number
}
class Ask extends Query<string> {
  readonly who!: string
}
class Ship extends Command<Result<string>> {
  readonly orderId!: string
}
class Note extends Command {
  readonly text!: string
}
class Shipped extends DomainEvent {
  constructor(readonly orderId: string) {
    super()
  }
}
class Told extends IntegrationEvent {}

@Handles(Add)
class AddHandler {
  handle({ a, b }: Add) {
    return a + b
  }
}

describe('sending to a mediator', () => {
  const mediator = new Mediator({ handlers: [AddHandler, handler(Ask, async ({ who }) => `hello ${who}`)] })

  it('answers what a handler class returns, also when that is no promise', async () => {
    const sum: number = await mediator.send(Add.of({ a: 2, b: 3 }))
    expect(sum).to.equal(5)
  })

  it('answers what a function handler of a query resolves to', async () => {
    const answer: string = await mediator.send(Ask.of({ who: 'you' }))
    expect(answer).to.equal('hello you')
  })

  it("gives back the handler's own promise when nothing is around it", () => {
    const promise = Promise.resolve(7)
    const own = new Mediator({ handlers: [handler(Add, () => promise)] })
    expect(own.send(Add.of({ a: 0, b: 0 }))).to.equal(promise)
  })

  it('rejects with the error of the handler, thrown or rejected, as it is', async () => {
    const boom = new Error('boom')
    for (const handle of [
      () => Promise.reject(boom),
      () => {
        throw boom
      },
    ]) {
      const failing = new Mediator({ handlers: [handler(Add, handle)] })
      expect(await failure(failing.send(Add.of({ a: 0, b: 0 })))).to.equal(boom)
    }
  })

  it('hands over instances of classes with @Handles as they are', async () => {
    class Counter {
      constructor(readonly start: number) {}
    }
    const counter = new Counter(10)
    @Handles(Add)
    class Counting {
      constructor(private readonly from: Counter) {}
      async handle({ a }: Add) {
        return this.from.start + a
      }
    }
    const own = new Mediator({ handlers: [new Counting(counter)] })
    expect(await own.send(Add.of({ a: 1, b: 0 }))).to.equal(11)
  })
})

describe('sending what cannot be sent', () => {
  const mediator = new Mediator({ handlers: [] })

  it('rejects when no handler is there, and names the mend', async () => {
    const error = await failure(mediator.send(Add.of({ a: 1, b: 2 })))
    expect(GuloError.is(error, 'GULO_HANDLER_NOT_FOUND')).to.equal(true)
    expect((error as Error).message).to.match(/No handler for Add\. .*list that class in handlers\.$/)
  })

  for (const [what, value] of [
    ['a plain object', { a: 1 }],
    ['null', null],
    ['undefined', undefined],
    ['a text', 'Add'],
    ['an array', []],
  ] as const) {
    it(`rejects ${what}`, async () => {
      // @ts-expect-error the compiler refuses it too
      const error = await failure(mediator.send(value))
      expect(error).to.have.property('code', 'GULO_NOT_A_MESSAGE')
    })
  }

  it('rejects an event, which is published', async () => {
    // @ts-expect-error events are not sent
    const error = await failure(mediator.send(new Shipped('1')))
    expect(error).to.have.property('code', 'GULO_WRONG_KIND')
  })

  it('rejects a command that is published', async () => {
    // @ts-expect-error commands are not published
    const error = await failure(mediator.publish(Add.of({ a: 1, b: 2 })))
    expect(error).to.have.property('code', 'GULO_WRONG_KIND')
  })

  it('rejects a plain object that is published', async () => {
    // @ts-expect-error not a message
    expect(await failure(mediator.publish({}))).to.have.property('code', 'GULO_NOT_A_MESSAGE')
  })
})

describe('a registry of handlers', () => {
  const other = handler(Add, () => 0, { name: 'other' })

  it('refuses two handlers of a command, naming both', () => {
    expect(() => new Mediator({ handlers: [AddHandler, other] }))
      .to.throw(GuloError, /Add is a command with more than one handler: AddHandler, other/)
      .with.property('code', 'GULO_HANDLER_DUPLICATE')
  })

  it('refuses a class without @Handles', () => {
    class Plain {
      handle() {}
    }
    expect(() => new Mediator({ handlers: [Plain as never] })).to.throw(/Plain cannot be a handler: it has no @Handles/)
  })

  it('refuses a handler of something that is no message', () => {
    class Thing {}
    expect(() => new Mediator({ handlers: [handler(Thing as never, () => undefined as never)] }))
      .to.throw(GuloError)
      .with.property('code', 'GULO_NOT_A_MESSAGE_CLASS')
  })

  it('refuses a handler without a handle method', () => {
    class Empty {}
    Handles(Add)(Empty as never)
    const mediator = new Mediator({ handlers: [Empty as never] })
    expect(() => mediator.prepare()).to.throw(/Empty cannot be a handler: it has no handle method/)
  })

  it('tells all faults at once when there are several', () => {
    class Plain {}
    expect(() => new Mediator({ handlers: [Plain as never, AddHandler, other] }))
      .to.throw(GuloError, /has 2 faults: .*Plain.*Add/s)
      .with.property('code', 'GULO_CONFIGURATION_INVALID')
  })

  it('does not inherit @Handles from a base class', () => {
    class Derived extends AddHandler {}
    expect(() => new Mediator({ handlers: [Derived] })).to.throw(/Derived cannot be a handler/)
  })

  it('lets one class handle several messages', async () => {
    @Handles(Note)
    @Handles(Told)
    class Both {
      readonly seen: string[] = []
      async handle(message: Note | Told) {
        this.seen.push(message.constructor.name)
      }
    }
    const both = new Both()
    const mediator = new Mediator({ handlers: [both] })
    await mediator.send(Note.of({ text: '' }))
    await mediator.publish(Told.of({}))
    expect(both.seen).to.deep.equal(['Note', 'Told'])
  })
})

describe('publishing to a mediator', () => {
  it('runs every handler of exactly that event, in order, and waits for all', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Shipped, async ({ orderId }) => {
          await Promise.resolve()
          seen.push(`a ${orderId}`)
        }),
        handler(Shipped, () => void seen.push('b')),
        handler(Told, () => void seen.push('never')),
      ],
    })
    await mediator.publish(new Shipped('1'))
    expect(seen).to.deep.equal(['a 1', 'b'])
  })

  it('resolves when nobody listens', async () => {
    await new Mediator({ handlers: [] }).publish(new Shipped('1'))
  })

  it('runs the other handlers when one fails, and rejects with its error', async () => {
    const seen: string[] = []
    const boom = new Error('boom')
    const mediator = new Mediator({
      handlers: [handler(Shipped, () => Promise.reject(boom)), handler(Shipped, () => void seen.push('other'))],
    })
    expect(await failure(mediator.publish(new Shipped('1')))).to.equal(boom)
    expect(seen).to.deep.equal(['other'])
  })

  it('rejects with all errors when several fail', async () => {
    const failing = (text: string) => handler(Shipped, () => Promise.reject(new Error(text)), { name: text })
    const mediator = new Mediator({ handlers: [failing('one'), handler(Shipped, () => undefined), failing('two')] })
    const error = (await failure(mediator.publish(new Shipped('1')))) as GuloError
    expect(error.code).to.equal('GULO_HANDLERS_FAILED')
    expect(error.message).to.match(/^2 of 3 handlers of Shipped failed: one, two/)
    expect(error.details['errors']).to.have.length(2)
    expect(error.retryable).to.equal(true)
  })

  it('is not worth retrying when no error is', async () => {
    const failing = (name: string) =>
      handler(Shipped, () => Promise.reject(Object.assign(new Error(name), { retryable: false })), { name })
    const mediator = new Mediator({ handlers: [failing('one'), failing('two')] })
    expect(await failure(mediator.publish(new Shipped('1')))).to.have.property('retryable', false)
  })
})

describe('domain events that a handler returns', () => {
  class Billed extends DomainEvent {}
  class Mailed extends DomainEvent {}

  it('are handled before send resolves, breadth first', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Ship, ({ orderId }) => result(orderId, new Shipped(orderId), new Billed())),
        handler(Shipped, () => {
          seen.push('shipped')
          return result(undefined, new Mailed())
        }),
        handler(Billed, () => void seen.push('billed')),
        handler(Mailed, () => void seen.push('mailed')),
      ],
    })
    const { value } = await mediator.send(Ship.of({ orderId: '7' }))
    expect(value).to.equal('7')
    expect(seen).to.deep.equal(['shipped', 'billed', 'mailed'])
  })

  it('fail the command when their handler fails', async () => {
    const boom = new Error('boom')
    const mediator = new Mediator({
      handlers: [handler(Ship, () => result('', new Shipped(''))), handler(Shipped, () => Promise.reject(boom))],
    })
    expect(await failure(mediator.send(Ship.of({ orderId: '' })))).to.equal(boom)
  })

  it('are caused by the command and share its correlation and tenant', async () => {
    let command: MessageContext | undefined
    let event: MessageContext | undefined
    const mediator = new Mediator({
      handlers: [
        handler(Ship, (_, context) => {
          command = context
          return result('', new Shipped(''))
        }),
        handler(Shipped, (_, context) => {
          event = context
        }),
      ],
    })
    await mediator.send(Ship.of({ orderId: '' }), { tenantId: 'acme', correlationId: 'c-1' })
    expect(event?.correlationId).to.equal('c-1')
    expect(event?.tenantId).to.equal('acme')
    expect(event?.causationId).to.equal(command?.messageId)
    expect(event?.messageId).to.not.equal(command?.messageId)
    expect(event?.depth).to.equal(1)
  })

  it('end with a clear error when they raise one another for ever', async () => {
    const mediator = new Mediator({
      maxEventDepth: 5,
      handlers: [
        handler(Ship, () => result('', new Shipped(''))),
        handler(Shipped, () => result(undefined, new Mailed())),
        handler(Mailed, () => result(undefined, new Shipped(''))),
      ],
    })
    const error = await failure(mediator.send(Ship.of({ orderId: '' })))
    expect(error).to.have.property('code', 'GULO_CASCADE_TOO_DEEP')
    expect((error as Error).message).to.contain('more than 5 levels')
  })

  it('may come from anything that has domainEvents, such as an aggregate', async () => {
    const seen: string[] = []
    class Order {
      readonly domainEvents = [new Shipped('9')]
    }
    class Close extends Command<Order> {}
    const mediator = new Mediator({
      handlers: [handler(Close, () => new Order()), handler(Shipped, ({ orderId }) => void seen.push(orderId))],
    })
    await mediator.send(Close.of({}))
    expect(seen).to.deep.equal(['9'])
  })

  for (const [what, domainEvents] of [
    ['a plain object', [{}]],
    ['no array', 'Shipped'],
    ['a command', [Note.of({ text: '' })]],
    ['an integration event', [Told.of({})]],
    ['null', [null]],
  ] as const) {
    it(`are refused when they are ${what}`, async () => {
      const mediator = new Mediator({
        handlers: [handler(Ship, () => ({ value: '', domainEvents }) as never), handler(Shipped, () => undefined)],
      })
      expect(await failure(mediator.send(Ship.of({ orderId: '' })))).to.have.property('code', 'GULO_EVENTS_INVALID')
    })
  }

  it('are found even when a wrapper answers something else', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Ship, () => result('', new Shipped('4'))),
        handler(Shipped, ({ orderId }) => void seen.push(orderId)),
      ],
      middleware: [
        async (call, next) => {
          await next(call)
          return result('changed')
        },
      ],
    })
    expect((await mediator.send(Ship.of({ orderId: '' }))).value).to.equal('changed')
    expect(seen).to.deep.equal(['4'])
  })
})

describe('the context of a handler', () => {
  it('sends and publishes in the same conversation', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Ship, async ({ orderId }, context) => {
          await context.send(Note.of({ text: orderId }))
          await context.publish(new Shipped(orderId))
          return result('done')
        }),
        handler(Note, ({ text }, { correlationId }) => void seen.push(`note ${text} ${correlationId}`)),
        handler(Shipped, ({ orderId }, { correlationId }) => void seen.push(`shipped ${orderId} ${correlationId}`)),
      ],
    })
    await mediator.send(Ship.of({ orderId: '3' }), { correlationId: 'c' })
    expect(seen).to.deep.equal(['note 3 c', 'shipped 3 c'])
  })

  it('cannot schedule without a schedule', async () => {
    const mediator = new Mediator({ handlers: [handler(Note, (_, context) => context.schedule(Told.of({}), 0))] })
    expect(await failure(mediator.send(Note.of({ text: '' })))).to.have.property('code', 'GULO_SCHEDULE_UNAVAILABLE')
  })
})

describe('a disabled handler', () => {
  it('refuses commands until it is enabled again', async () => {
    const mediator = new Mediator({ handlers: [AddHandler] })
    expect(await mediator.send(Add.of({ a: 1, b: 1 }))).to.equal(2)
    mediator.disable(AddHandler)
    expect(await failure(mediator.send(Add.of({ a: 1, b: 1 })))).to.have.property('code', 'GULO_HANDLER_DISABLED')
    mediator.enable('AddHandler')
    expect(await mediator.send(Add.of({ a: 1, b: 1 }))).to.equal(2)
  })

  it('is passed by when an event is published', async () => {
    const seen: string[] = []
    const quiet = handler(Shipped, () => void seen.push('quiet'), { name: 'quiet' })
    const mediator = new Mediator({ handlers: [quiet, handler(Shipped, () => void seen.push('other'))] })
    mediator.disable(quiet)
    await mediator.publish(new Shipped(''))
    expect(seen).to.deep.equal(['other'])
  })

  it('must be known', () => {
    expect(() => new Mediator({ handlers: [] }).disable(AddHandler)).to.throw(/AddHandler.*not registered/)
  })
})
