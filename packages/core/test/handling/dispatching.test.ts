import {
  Command,
  DomainEvent,
  type GuloError,
  handler,
  IntegrationEvent,
  Mediator,
  type MessageContext,
  Query,
  result,
  type Signal,
  type Wrapper,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'

class Note extends Command {}
class Count extends Query<number> {}
class Noted extends DomainEvent {}
class Filed extends DomainEvent {}
class NotedV1 extends IntegrationEvent {}

describe('the errors of a dispatch', () => {
  const mediator = new Mediator({ handlers: [] })

  it('say what was sent instead of a message', async () => {
    // @ts-expect-error the compiler refuses it too
    const error = (await failure(mediator.send({ a: 1 }))) as GuloError
    expect(error.message).to.match(/^send got a plain object, which is no command or query\. Make one with/)
  })

  it('say which event was sent, and that events are published', async () => {
    // @ts-expect-error events are not sent
    const error = (await failure(mediator.send(new Noted()))) as GuloError
    expect(error.message).to.match(
      /^send got Noted, which is a domain event\. Use send for commands and queries, publish/,
    )
  })

  it('say so of an integration event too', async () => {
    // @ts-expect-error events are not sent
    const error = (await failure(mediator.send(NotedV1.of({})))) as GuloError
    expect(error.message).to.match(/^send got NotedV1, which is an integration event\./)
  })

  it('say which command was published', async () => {
    // @ts-expect-error commands are not published
    const error = (await failure(mediator.publish(Note.of({})))) as GuloError
    expect(error.message).to.match(/^publish got Note, which is a command\./)
  })

  it('say that scheduling needs a schedule', async () => {
    const scheduling = new Mediator({ handlers: [handler(Note, (_, context) => context.schedule(Note.of({}), 0))] })
    const error = (await failure(scheduling.send(Note.of({})))) as GuloError
    expect(error.message).to.match(/^schedule needs a schedule, and this service has none\./)
  })
})

describe('a mediator that is given a schedule', () => {
  it('hands it what handlers schedule, with their context', async () => {
    const seen: unknown[] = []
    let own: MessageContext | undefined
    const mediator = new Mediator({
      handlers: [
        handler(Note, (_, context) => {
          own = context
          return context.schedule(Note.of({}), 1000, { cancelKey: 'k' })
        }),
      ],
      schedule: async (message, at, options, context) => void seen.push([message, at, options, context === own]),
    })
    await mediator.send(Note.of({}))
    expect(seen).to.deep.equal([[Note.of({}), 1000, { cancelKey: 'k' }, true]])
  })
})

describe('a mediator that is observed', () => {
  it('tells what is sent, also from within handlers', async () => {
    const signals: Signal[] = []
    const mediator = new Mediator({
      handlers: [handler(Note, async (_, context) => void (await context.send(Count.of({})))), handler(Count, () => 1)],
      observers: [(signal) => void signals.push(signal)],
    })
    const note = Note.of({})
    await mediator.send(note)
    expect(signals).to.deep.equal([
      { kind: 'sent', message: note, name: 'Note' },
      { kind: 'sent', message: Count.of({}), name: 'Count' },
    ])
  })
})

describe('a mediator with a backend', () => {
  it('dispatches through it what comes from outside, sent or published, and nothing else', async () => {
    let dispatched = 0
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Note, async (_, context) => {
          await context.send(Count.of({}))
          await context.publish(new Noted())
        }),
        handler(Count, () => 1),
        handler(Noted, () => void seen.push('noted')),
      ],
      backend: {
        dispatch: (work) => {
          dispatched++
          return work()
        },
      },
    })
    await mediator.send(Note.of({}))
    expect(dispatched).to.equal(1)
    await mediator.publish(new Noted())
    expect(dispatched).to.equal(2)
    await mediator.dispatchEvent(new Noted(), mediator.createContext())
    await mediator.dispatch(Note.of({}), mediator.createContext())
    expect(dispatched).to.equal(2)
    expect(seen).to.deep.equal(['noted', 'noted', 'noted', 'noted'])
  })
})

describe('a context that is given with a message', () => {
  it('is the one that handlers see', async () => {
    const seen: MessageContext[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Note, (_, context) => void seen.push(context)),
        handler(Noted, (_, context) => void seen.push(context)),
      ],
    })
    const context = mediator.createContext({ messageId: 'm-1', tenantId: 'acme', attempt: 3 })
    await mediator.send(Note.of({}), { context })
    await mediator.publish(new Noted(), { context })
    expect(seen.every((each) => each === context)).to.equal(true)
    expect(context).to.include({ messageId: 'm-1', correlationId: 'm-1', tenantId: 'acme', attempt: 3, depth: 0 })
  })

  it('can send and publish for itself', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [handler(Note, () => void seen.push('note')), handler(Noted, () => void seen.push('noted'))],
    })
    const context = mediator.createContext()
    await context.send(Note.of({}))
    await context.publish(new Noted())
    expect(seen).to.deep.equal(['note', 'noted'])
  })
})

describe('running one of several handlers of an event', () => {
  const scene = (middleware: readonly Wrapper[] = []) => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(NotedV1, () => void seen.push('first'), { name: 'first' }),
        handler(
          NotedV1,
          () => {
            seen.push('second')
            return result(undefined, new Noted())
          },
          { name: 'second' },
        ),
        handler(NotedV1, () => Promise.reject(new Error('boom')), { name: 'third' }),
        handler(Noted, () => {
          seen.push('noted')
          return result(undefined, new Filed())
        }),
        handler(Filed, async () => {
          await Promise.resolve()
          seen.push('filed')
        }),
      ],
      middleware,
    })
    const run = (name: string) =>
      mediator.handle(mediator.registry.find(name)[0] as never, NotedV1.of({}), mediator.createContext())
    return { mediator, seen, run }
  }

  it('runs no other, and waits for what it raises', async () => {
    const { run, seen } = scene()
    await run('second')
    expect(seen).to.deep.equal(['second', 'noted', 'filed'])
    await run('first')
    expect(seen.slice(3)).to.deep.equal(['first'])
  })

  it('runs its middleware, and follows its events whatever that answers', async () => {
    const { run, seen } = scene([
      async (call, next) => {
        await next(call)
        return 'changed'
      },
    ])
    await run('second')
    await run('first')
    expect(seen).to.deep.equal(['second', 'noted', 'filed', 'first'])
  })

  it('rejects with its error', async () => {
    expect(await failure(scene().run('third'))).to.have.property('message', 'boom')
  })

  it('rejects when it is disabled', async () => {
    const { mediator, run } = scene()
    mediator.disable('first')
    const error = (await failure(run('first'))) as GuloError
    expect(error.code).to.equal('GULO_HANDLER_DISABLED')
    expect(error.message).to.match(/^The handler first of NotedV1 is disabled/)
  })
})

describe('preparing a mediator', () => {
  it('asks compiled middleware for everything now, and never again', async () => {
    const asked: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Note, () => undefined),
        handler(Noted, () => undefined),
        handler(Noted, () => undefined),
        handler(Count, () => 1),
      ],
      middleware: [
        {
          forMessage: (messageClass, kind) => {
            asked.push(`${messageClass.name} ${kind}`)
            return undefined
          },
        },
      ],
    })
    mediator.prepare()
    const prepared = ['Note command', 'Noted domain event', 'Noted domain event', 'Count query']
    expect(asked).to.deep.equal(prepared)
    await mediator.send(Note.of({}))
    await mediator.send(Count.of({}))
    await mediator.publish(new Noted())
    expect(asked).to.deep.equal(prepared)
  })
})
