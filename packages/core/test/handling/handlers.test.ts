import {
  Command,
  DomainEvent,
  type GuloError,
  Handles,
  handler,
  IntegrationEvent,
  Mediator,
  type MediatorOptions,
  Query,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'

class Note extends Command {}
class Count extends Query<number> {}
class Noted extends DomainEvent {}
class NotedV1 extends IntegrationEvent {}

const thrown = (run: () => unknown): GuloError => {
  try {
    run()
  } catch (error) {
    return error as GuloError
  }
  throw new Error('expected an error')
}
const mediatorOf = (...handlers: MediatorOptions['handlers']) => new Mediator({ handlers })
const names = (...handlers: MediatorOptions['handlers']) =>
  mediatorOf(...handlers)
    .registry.list()
    .map((each) => each.name)

describe('the name of a handler', () => {
  it('is that of its function, else tells its message', () => {
    function takeNote() {}
    const [anonymous] = [() => undefined]
    expect(names(handler(Note, takeNote))).to.deep.equal(['takeNote'])
    expect(names(handler(Note, anonymous as () => undefined))).to.deep.equal(['handle Note'])
    expect(names(handler(Note, takeNote, { name: 'given' }))).to.deep.equal(['given'])
  })

  it('is that of its class, unless @Handles gives another', () => {
    @Handles(Note)
    class TakeNote {
      handle() {}
    }
    @Handles(Noted, { name: 'given' })
    class Other {
      handle() {}
    }
    expect(names(TakeNote, Other)).to.deep.equal(['TakeNote', 'given'])
  })
})

describe('a handler made of a function', () => {
  it('cannot be changed afterwards', () => {
    const made = handler(Note, () => undefined) as { name: string }
    expect(() => {
      made.name = 'other'
    }).to.throw(TypeError)
  })

  it('is named even when its message class is missing, so that the error can tell', () => {
    const [anonymous] = [() => undefined as never]
    const lost = handler(undefined as never, anonymous as () => never)
    const error = thrown(() => mediatorOf(lost))
    expect(error.code).to.equal('GULO_NOT_A_MESSAGE_CLASS')
    expect(error.message).to.match(/^Expected a message class, found undefined\./)
    expect(error.message).to.contain('It is what handle undefined is to handle.')
    expect(error.details).to.include({ handler: 'handle undefined' })
  })
})

describe('the registry of a mediator', () => {
  it('knows kind, name and isolation of every handler, in the order they are listed', () => {
    const { registry } = mediatorOf(
      handler(Note, () => undefined, { name: 'a' }),
      handler(Count, () => 1, { name: 'b' }),
      handler(NotedV1, () => undefined, { name: 'c', isolated: true }),
      handler(Noted, () => undefined, { name: 'd' }),
      handler(NotedV1, () => undefined, { name: 'e' }),
    )
    expect(registry.list().map(({ name, kind, isolated }) => `${name} ${kind} ${isolated}`)).to.deep.equal([
      'a command false',
      'b query false',
      'c integration event true',
      'e integration event false',
      'd domain event false',
    ])
    expect(registry.of(NotedV1).map((each) => each.name)).to.deep.equal(['c', 'e'])
    expect(registry.of(class extends Command {})).to.deep.equal([])
  })

  it('refuses two handlers of a query', () => {
    const error = thrown(() =>
      mediatorOf(
        handler(Count, () => 1),
        handler(Count, () => 2),
      ),
    )
    expect(error.code).to.equal('GULO_HANDLER_DUPLICATE')
    expect(error.message).to.match(/^Count is a query with more than one handler: handle Count, handle Count\./)
  })

  for (const [what, entry, told] of [
    ['null', null, /^An entry of handlers cannot be a handler: it is null\./],
    ['a text', 'Note', /^An entry of handlers cannot be a handler: it is a string\./],
    ['an object without @Handles', { handle() {} }, /^An entry of handlers .*: its class has no @Handles\./],
    ['half a definition', { messageClass: Note }, /^An entry of handlers .*: its class has no @Handles\./],
    ['the other half', { target: { handle() {} } }, /^An entry of handlers .*: its class has no @Handles\./],
    ['a class without a name', (() => class {})(), /^A function cannot be a handler: it has no @Handles\./],
  ] as const) {
    it(`refuses ${what}`, () => {
      const error = thrown(() => mediatorOf(entry as never))
      expect(error.code).to.equal('GULO_HANDLER_INVALID')
      expect(error.message).to.match(told)
    })
  }

  it('gives every fault with its own code when there are several', () => {
    const error = thrown(() => mediatorOf(null as never, handler(class {} as never, (() => undefined) as never)))
    expect(error.code).to.equal('GULO_CONFIGURATION_INVALID')
    expect(error.message).to.match(/^The configuration of the handlers has 2 faults: An entry .* Expected a message/)
    expect((error.details['errors'] as GuloError[]).map((each) => each.code)).to.deep.equal([
      'GULO_HANDLER_INVALID',
      'GULO_NOT_A_MESSAGE_CLASS',
    ])
  })

  it('lets an error that is not its own through as it is', () => {
    const boom = new Error('boom')
    const odd = {
      messageClass: Note,
      name: 'odd',
      options: {},
      get target(): never {
        throw boom
      },
    }
    expect(thrown(() => mediatorOf(null as never, odd))).to.equal(boom)
  })

  it('refuses a function handler without a function, and names it', () => {
    const error = thrown(() => mediatorOf(handler(Note, undefined as never, { name: 'empty' })))
    expect(error.message).to.match(/^empty cannot be a handler: it has no handle method\./)
    const nameless = thrown(() => mediatorOf(handler(Note, undefined as never)))
    expect(nameless.message).to.match(/^handle Note cannot be a handler: it has no handle method\./)
  })
})

describe('a handler class', () => {
  const counting = () => {
    let made = 0
    @Handles(Count)
    @Handles(Noted)
    class Counting {
      readonly number = ++made
      handle() {
        return this.number as never
      }
    }
    return { Counting, made: () => made }
  }

  it('is created once, on first use', async () => {
    const { Counting, made } = counting()
    const mediator = new Mediator({ handlers: [Counting] })
    expect(made()).to.equal(0)
    expect(await mediator.send(Count.of({}))).to.equal(1)
    expect(await mediator.send(Count.of({}))).to.equal(1)
    expect(made()).to.equal(1)
  })

  it('is created once for all messages it handles, when the mediator is prepared', () => {
    const { Counting, made } = counting()
    new Mediator({ handlers: [Counting] }).prepare()
    expect(made()).to.equal(1)
  })

  it('is created for every message when the factory says so', async () => {
    const { Counting, made } = counting()
    const asked: unknown[] = []
    const factory = {
      create: <H extends object>(handlerClass: new (...parameters: never[]) => H) =>
        new (handlerClass as new () => H)(),
      isTransient: (handlerClass: unknown) => {
        asked.push(handlerClass)
        return true
      },
    }
    const mediator = new Mediator({ handlers: [Counting], factory })
    mediator.prepare()
    expect(made()).to.equal(0)
    expect(await mediator.send(Count.of({}))).to.equal(1)
    expect(await mediator.send(Count.of({}))).to.equal(2)
    expect(asked).to.include(Counting)
  })

  it('comes from the factory, and what is no handler is refused by name', () => {
    for (const made of [undefined, null, {}, { handle: 'no function' }]) {
      const { Counting } = counting()
      const mediator = new Mediator({ handlers: [Counting], factory: { create: () => made as never } })
      const error = thrown(() => mediator.prepare())
      expect(error.code).to.equal('GULO_HANDLER_INVALID')
      expect(error.message).to.match(/^Counting cannot be a handler: it has no handle method\./)
    }
  })

  it('that cannot be created rejects what is sent to it', async () => {
    const boom = new Error('no database')
    const { Counting } = counting()
    const factory = {
      create: () => {
        throw boom
      },
    }
    expect(await failure(new Mediator({ handlers: [Counting], factory }).send(Count.of({})))).to.equal(boom)
  })
})

describe('disabling a handler', () => {
  it('finds it by its class, its definition, an instance or its name, and no other', async () => {
    @Handles(Noted)
    class First {
      readonly seen: string[] = []
      handle() {
        this.seen.push('first')
      }
    }
    const instance = new First()
    const seen: string[] = []
    const second = handler(Noted, () => void seen.push('second'), { name: 'second' })
    const third = handler(Noted, () => void seen.push('third'), { name: 'third' })
    const mediator = mediatorOf(instance, second, third)
    mediator.disable(instance)
    mediator.disable(second)
    await mediator.publish(new Noted())
    expect([instance.seen, seen]).to.deep.equal([[], ['third']])
    mediator.enable('second')
    mediator.disable('third')
    await mediator.publish(new Noted())
    expect([instance.seen, seen]).to.deep.equal([[], ['third', 'second']])
  })

  it('tells commands which handler is off', async () => {
    const mediator = mediatorOf(handler(Note, () => undefined, { name: 'notes' }))
    mediator.disable('notes')
    const error = (await failure(mediator.send(Note.of({})))) as GuloError
    expect(error.message).to.match(/^The handler notes of Note is disabled\. Enable it again with enable\(notes\)/)
    expect(error.retryable).to.equal(true)
  })

  it('leaves alone what is unknown, and says so', () => {
    const error = thrown(() => mediatorOf().disable('nobody'))
    expect(error.code).to.equal('GULO_HANDLER_INVALID')
    expect(error.message).to.match(/^nobody cannot be a handler: it is not registered here\./)
    class Unknown {
      handle() {}
    }
    expect(thrown(() => mediatorOf().enable(Unknown)).message).to.match(/^the function Unknown cannot be a handler/)
  })
})
