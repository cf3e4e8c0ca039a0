import {
  Command,
  type CompiledMiddleware,
  contextKey,
  DomainEvent,
  handler,
  Mediator,
  type TraceStep,
  type Wrapper,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'

class Say extends Command<string> {
  readonly text!: string
}
class Other extends Command<string> {}
class Said extends DomainEvent {}

const say = handler(Say, ({ text }) => text, { name: 'say' })
const hello = Say.of({ text: 'hello' })

describe('wrapper middleware', () => {
  it('runs around the handler, the first of the list outermost', async () => {
    const seen: string[] = []
    const around =
      (name: string): Wrapper =>
      async (call, next) => {
        seen.push(`${name} in`)
        const value = await next(call)
        seen.push(`${name} out`)
        return value
      }
    const mediator = new Mediator({ handlers: [say], middleware: [around('a'), around('b')] })
    expect(await mediator.send(hello)).to.equal('hello')
    expect(seen).to.deep.equal(['a in', 'b in', 'b out', 'a out'])
  })

  it('may change the answer, and may answer instead of an error', async () => {
    const shout: Wrapper = async (call, next) => String(await next(call)).toUpperCase()
    const rescue: Wrapper = async (call, next) => {
      try {
        return await next(call)
      } catch {
        return 'rescued'
      }
    }
    const fine = new Mediator({ handlers: [say], middleware: [shout] })
    expect(await fine.send(hello)).to.equal('HELLO')
    const boom = handler(Say, () => Promise.reject(new Error('boom')))
    expect(await new Mediator({ handlers: [boom], middleware: [rescue] }).send(hello)).to.equal('rescued')
    const throwing = handler(Say, () => {
      throw new Error('boom')
    })
    expect(await new Mediator({ handlers: [throwing], middleware: [rescue] }).send(hello)).to.equal('rescued')
  })

  it('may rescue from a wrapper further in that failed before next', async () => {
    const rescue: Wrapper = (call, next) => next(call).catch(() => 'rescued')
    const failing: Wrapper = async () => {
      await Promise.resolve()
      throw new Error('early')
    }
    expect(await new Mediator({ handlers: [say], middleware: [rescue, failing] }).send(hello)).to.equal('rescued')
  })

  it('may wait before it goes on', async () => {
    const slow: Wrapper = async (call, next) => {
      await new Promise((resolve) => setImmediate(resolve))
      return next(call)
    }
    expect(await new Mediator({ handlers: [say], middleware: [slow, slow] }).send(hello)).to.equal('hello')
  })

  it('need not be async', async () => {
    const plain: Wrapper = (call, next) => next(call)
    expect(await new Mediator({ handlers: [say], middleware: [plain] }).send(hello)).to.equal('hello')
  })

  it('ends a message on purpose with respond', async () => {
    const outer: Wrapper = (call, next) => next(call)
    const cached: Wrapper = (call) => call.respond('cached')
    const late: Wrapper = async (call) => {
      await Promise.resolve()
      return call.respond('late')
    }
    expect(await new Mediator({ handlers: [say], middleware: [outer, cached] }).send(hello)).to.equal('cached')
    expect(await new Mediator({ handlers: [say], middleware: [outer, late] }).send(hello)).to.equal('late')
  })

  it('is refused when it never calls next', async () => {
    async function forgetful() {
      return 'nothing'
    }
    const outer: Wrapper = (call, next) => next(call)
    for (const middleware of [[forgetful], [outer, forgetful], [outer, () => 'nothing']]) {
      const error = await failure(new Mediator({ handlers: [say], middleware }).send(hello))
      expect(error).to.have.property('code', 'GULO_NEXT_NOT_CALLED')
    }
    const error = await failure(new Mediator({ handlers: [say], middleware: [forgetful] }).send(hello))
    expect((error as Error).message)
      .to.contain('The middleware forgetful ended without calling next for Say')
      .and.to.match(/return call\.respond\(value\)\.$/)
  })

  it('is refused when it calls next twice', async () => {
    let handled = 0
    const counting = handler(Say, ({ text }) => `${text} ${++handled}`)
    async function eager(call: Parameters<Wrapper>[0], next: Parameters<Wrapper>[1]) {
      await next(call)
      return next(call)
    }
    const error = await failure(new Mediator({ handlers: [counting], middleware: [eager] }).send(hello))
    expect(error).to.have.property('code', 'GULO_NEXT_CALLED_TWICE')
    expect((error as Error).message).to.match(/^The middleware eager called next twice for Say\./)
    expect(handled).to.equal(1)
  })

  it('is refused when it calls next with something else than the call', async () => {
    const odd: Wrapper = (call, next) => next({ ...call, respond: call.respond })
    const error = await failure(new Mediator({ handlers: [say], middleware: [odd] }).send(hello))
    expect(error).to.have.property('code', 'GULO_NEXT_WRONG_CALL')
    expect((error as Error).message).to.match(/^The middleware odd called next with a plain object\./)
  })
})

describe('hook middleware', () => {
  it('runs before, after and, on failure, failed; after and failed in reverse', async () => {
    const seen: string[] = []
    const hooks = (name: string) => ({
      before: () => void seen.push(`${name} before`),
      after: async (_m: unknown, _c: unknown, value: unknown) => void seen.push(`${name} after ${value}`),
      failed: (_m: unknown, _c: unknown, error: unknown) =>
        void seen.push(`${name} failed ${(error as Error).message}`),
    })
    const mediator = new Mediator({ handlers: [say], middleware: [hooks('a'), hooks('b')] })
    await mediator.send(hello)
    expect(seen.splice(0)).to.deep.equal(['a before', 'b before', 'b after hello', 'a after hello'])
    const boom = handler(Say, () => Promise.reject(new Error('boom')))
    await failure(new Mediator({ handlers: [boom], middleware: [hooks('a'), hooks('b')] }).send(hello))
    expect(seen).to.deep.equal(['a before', 'b before', 'b failed boom', 'a failed boom'])
  })

  it('fails the message when before throws or rejects, and the handler does not run', async () => {
    let handled = false
    const noted = handler(Say, () => String((handled = true)))
    for (const before of [
      () => Promise.reject(new Error('no')),
      () => {
        throw new Error('no')
      },
    ]) {
      const error = await failure(new Mediator({ handlers: [noted], middleware: [{ before }] }).send(hello))
      expect((error as Error).message).to.equal('no')
    }
    expect(handled).to.equal(false)
  })

  it('keeps the error of the handler when a failed hook fails', async () => {
    const told: string[] = []
    const logger = { info: () => undefined, warn: () => undefined, error: (text: string) => void told.push(text) }
    const boom = handler(Say, () => Promise.reject(new Error('boom')))
    const failed = () => {
      throw new Error('hook')
    }
    const error = await failure(new Mediator({ handlers: [boom], middleware: [{ failed }], logger }).send(hello))
    expect((error as Error).message).to.equal('boom')
    expect(told).to.deep.equal(['a failed hook has itself failed'])
  })

  it('runs only for the classes it is for', async () => {
    const seen: string[] = []
    const before = (message: object) => void seen.push(message.constructor.name)
    const mediator = new Mediator({
      handlers: [say, handler(Other, () => '')],
      middleware: [{ before, only: [Other] }],
    })
    await mediator.send(hello)
    await mediator.send(Other.of({}))
    expect(seen).to.deep.equal(['Other'])
  })

  it('keeps its place among wrappers', async () => {
    const seen: string[] = []
    const hook = (name: string) => ({ before: () => void seen.push(name) })
    const wrapper: Wrapper = (call, next) => {
      seen.push('wrapper')
      return next(call)
    }
    await new Mediator({ handlers: [say], middleware: [hook('a'), wrapper, hook('b')] }).send(hello)
    expect(seen).to.deep.equal(['a', 'wrapper', 'b'])
  })

  it('hands values on to the handler and to the events it raises', async () => {
    const user = contextKey<string>('user')
    const seen: (string | undefined)[] = []
    const mediator = new Mediator({
      handlers: [
        handler(Say, async (_, context) => {
          seen.push(context.get(user))
          await context.publish(new Said())
          return ''
        }),
        handler(Said, (_, context) => void seen.push(context.get(user))),
      ],
      middleware: [{ only: [Say], before: (_, context) => context.set(user, 'ann') }],
    })
    await mediator.send(hello)
    expect(seen).to.deep.equal(['ann', 'ann'])
  })
})

describe('compiled middleware', () => {
  it('decides once for each message class', async () => {
    const asked: string[] = []
    const compiled: CompiledMiddleware = {
      name: 'upper',
      forMessage: (messageClass, kind) => {
        asked.push(`${messageClass.name} ${kind}`)
        return messageClass === Say ? async (call, next) => String(await next(call)).toUpperCase() : undefined
      },
    }
    const mediator = new Mediator({ handlers: [say, handler(Other, () => 'other')], middleware: [compiled] })
    for (let times = 0; times < 3; times++) {
      expect(await mediator.send(hello)).to.equal('HELLO')
      expect(await mediator.send(Other.of({}))).to.equal('other')
    }
    expect(asked).to.deep.equal(['Say command', 'Other command'])
  })
})

describe('middleware that is none', () => {
  for (const [what, value] of [
    ['null', null],
    ['a text', 'log'],
    ['an empty object', {}],
    ['undefined', undefined],
  ] as const) {
    it(`is refused when the mediator is made: ${what}`, () => {
      expect(() => new Mediator({ handlers: [], middleware: [value as never] }))
        .to.throw(/Middleware number 0 is/)
        .with.property('code', 'GULO_MIDDLEWARE_INVALID')
    })
  }
})

describe('explaining and tracing a dispatch', () => {
  const hooks = { name: 'audit', before: () => undefined }
  const wrapper: Wrapper = (call, next) => next(call)

  it('names what runs for a message, outermost first', () => {
    const mediator = new Mediator({ handlers: [say], middleware: [hooks, wrapper] })
    expect(mediator.explain(Say)).to.deep.equal([['hooks audit', 'wrapper wrapper', 'handler say']])
    expect(mediator.explain(Other)).to.deep.equal([])
  })

  it('tells every step, its outcome and its message', async () => {
    const steps: TraceStep[] = []
    const mediator = new Mediator({ handlers: [say], middleware: [wrapper], tracer: (step) => steps.push(step) })
    await mediator.send(hello, { messageId: 'm-1' })
    expect(steps.map(({ step, outcome }) => `${step} ${outcome}`)).to.deep.equal([
      'wrapper wrapper entered',
      'handler say entered',
      'handler say done',
      'wrapper wrapper done',
    ])
    expect(new Set(steps.map((step) => step.messageId))).to.deep.equal(new Set(['m-1']))
  })

  it('tells the error of a step that failed', async () => {
    const steps: TraceStep[] = []
    const boom = handler(Say, () => Promise.reject(new Error('boom')), { name: 'boom' })
    await failure(new Mediator({ handlers: [boom], tracer: (step) => steps.push(step) }).send(hello))
    expect(steps.at(-1)).to.include({ step: 'handler boom', outcome: 'failed' })
  })
})
