import { Command, DomainEvent, handler, Mediator, type MediatorOptions, type Result, result } from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'

class Say extends Command<string> {}
class Tell extends Command<Result<string>> {}
class Told extends DomainEvent {}

const later = () => new Promise<void>((resolve) => setImmediate(resolve))
const say = (seen: string[]) =>
  handler(Say, () => {
    seen.push('handler')
    return 'said'
  })
const failing = handler(Say, () => Promise.reject(new Error('boom')))
const sendWith = (middleware: MediatorOptions['middleware'], handlers: MediatorOptions['handlers'] = [say([])]) =>
  new Mediator({ handlers, middleware: middleware ?? [] }).send(Say.of({}))

describe('hooks that answer a promise', () => {
  it('are waited for one after the other before the handler, each run once', async () => {
    const seen: string[] = []
    const slow = (name: string) => ({
      before: async () => {
        await later()
        seen.push(name)
      },
    })
    const quick = (name: string) => ({ before: () => void seen.push(name) })
    const middleware = [quick('a'), slow('b'), quick('c'), slow('d'), quick('e')]
    expect(await sendWith(middleware, [say(seen)])).to.equal('said')
    expect(seen).to.deep.equal(['a', 'b', 'c', 'd', 'e', 'handler'])
  })

  it('are waited for after the handler, before send resolves, in reverse', async () => {
    const seen: string[] = []
    const slow = (name: string) => ({
      after: async () => {
        await later()
        seen.push(name)
      },
    })
    const quick = (name: string) => ({ after: () => void seen.push(name) })
    expect(await sendWith([quick('a'), slow('b'), quick('c'), slow('d')], [say(seen)])).to.equal('said')
    expect(seen).to.deep.equal(['handler', 'd', 'c', 'b', 'a'])
  })

  it('are waited for when the message has failed, before send rejects', async () => {
    const seen: string[] = []
    const slow = (name: string) => ({
      failed: async () => {
        await later()
        seen.push(name)
      },
    })
    await failure(sendWith([slow('a'), slow('b')], [failing]))
    expect(seen).to.deep.equal(['b', 'a'])
  })

  it('may be any thenable', async () => {
    const seen: string[] = []
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: a promise of another library
      then: (resolve: (value: unknown) => void) => {
        seen.push('before')
        resolve(undefined)
      },
    }
    await sendWith([{ before: () => thenable, after: () => thenable }], [say(seen)])
    expect(seen).to.deep.equal(['before', 'handler', 'before'])
  })

  it('keep the handler from running when one of them rejects', async () => {
    const seen: string[] = []
    const boom = new Error('not allowed')
    const middleware = [{ before: () => Promise.reject(boom) }, { before: () => void seen.push('second') }]
    expect(await failure(sendWith(middleware, [say(seen)]))).to.equal(boom)
    expect(seen).to.deep.equal([])
  })
})

describe('hooks that answer nothing to wait for', () => {
  it("leave the handler's own promise untouched", () => {
    const promise = Promise.resolve('own')
    const mediator = new Mediator({
      handlers: [handler(Say, () => promise)],
      middleware: [{ before: () => 'ignored' }],
    })
    expect(mediator.send(Say.of({}))).to.equal(promise)
  })

  it('run before send returns', () => {
    const seen: string[] = []
    void sendWith([{ before: () => void seen.push('before') }], [say(seen)])
    expect(seen).to.deep.equal(['before', 'handler'])
  })

  it('never change what the handler answers', async () => {
    expect(await sendWith([{ before: () => 'before', after: () => 'after' }])).to.equal('said')
  })
})

describe('a hook that fails after the handler', () => {
  it('fails the message, and the failed hooks hear of it', async () => {
    const seen: unknown[] = []
    const boom = new Error('audit is full')
    const after = () => {
      throw boom
    }
    expect(await failure(sendWith([{ after, failed: (_m, _c, error) => void seen.push(error) }]))).to.equal(boom)
    expect(seen).to.deep.equal([boom])
  })
})

describe('a handler that throws at once', () => {
  it('reaches the failed hooks as a rejection would', async () => {
    const seen: string[] = []
    const throwing = handler(Say, () => {
      throw new Error('boom')
    })
    const failed = (_m: unknown, _c: unknown, error: unknown) => void seen.push((error as Error).message)
    expect(await failure(sendWith([{ failed }], [throwing]))).to.have.property('message', 'boom')
    expect(seen).to.deep.equal(['boom'])
  })

  it('rejects, also where only after hooks are there, which do not run', async () => {
    const seen: string[] = []
    const throwing = handler(Say, () => {
      throw new Error('boom')
    })
    const after = () => void seen.push('after')
    expect(await failure(sendWith([{ after }], [throwing]))).to.have.property('message', 'boom')
    expect(seen).to.deep.equal([])
  })
})

describe('a failed hook that fails itself', () => {
  it('is logged with its error, and the other failed hooks run', async () => {
    const told: unknown[] = []
    const seen: string[] = []
    const logger = { info: () => undefined, warn: () => undefined, error: (...all: unknown[]) => void told.push(all) }
    const hook = new Error('hook')
    const mediator = new Mediator({
      handlers: [failing],
      middleware: [{ failed: () => void seen.push('outer') }, { failed: () => Promise.reject(hook) }],
      logger,
    })
    expect(await failure(mediator.send(Say.of({})))).to.have.property('message', 'boom')
    expect(told).to.deep.equal([['a failed hook has itself failed', hook]])
    expect(seen).to.deep.equal(['outer'])
  })
})

describe('an object of a class as hooks', () => {
  it('keeps its this', async () => {
    class Audit {
      readonly seen: string[] = []
      before() {
        this.seen.push('before')
      }
      after() {
        this.seen.push('after')
      }
      failed() {
        this.seen.push('failed')
      }
    }
    const audit = new Audit()
    await sendWith([audit])
    await failure(sendWith([audit], [failing]))
    expect(audit.seen).to.deep.equal(['before', 'after', 'before', 'failed'])
  })

  it('may have only one of them', async () => {
    const seen: string[] = []
    await sendWith([{ after: () => void seen.push('after') }])
    await failure(sendWith([{ failed: () => void seen.push('failed') }], [failing]))
    expect(seen).to.deep.equal(['after', 'failed'])
  })
})

describe('hooks between wrappers', () => {
  it('run once each, inside the wrapper before them and around the one after', async () => {
    const seen: string[] = []
    const hooks = (name: string) => ({
      before: () => void seen.push(`${name} before`),
      after: () => void seen.push(`${name} after`),
    })
    const wrapper = async (_call: unknown, next: (call: never) => Promise<unknown>) => {
      seen.push('in')
      const value = await next(_call as never)
      seen.push('out')
      return value
    }
    await sendWith([hooks('a'), wrapper, hooks('b'), wrapper], [say(seen)])
    expect(seen).to.deep.equal(['a before', 'in', 'b before', 'in', 'handler', 'out', 'b after', 'out', 'a after'])
  })

  it('lose no event that a handler answers later than a wrapper', async () => {
    const seen: string[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Tell, async () => {
          await later()
          return result('told', new Told())
        }),
        handler(Told, () => void seen.push('event')),
      ],
      middleware: [
        { before: () => undefined },
        async (call, next) => ({ wrapped: await next(call) }),
        { after: later },
      ],
    })
    const answer: unknown = await mediator.send(Tell.of({}))
    expect(answer).to.have.nested.property('wrapped.value', 'told')
    expect(seen).to.deep.equal(['event'])
  })
})
