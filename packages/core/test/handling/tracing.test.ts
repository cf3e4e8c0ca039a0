import {
  Command,
  type CompiledMiddleware,
  createRuntime,
  DomainEvent,
  Handles,
  handler,
  Mediator,
  type MediatorOptions,
  type TraceStep,
  type Wrapper,
} from '@gulo/core'
import { expect } from 'chai'
import { failure } from '../support/failure.js'
import { ManualClock } from '../support/manual-clock.js'

class Say extends Command<string> {}
class Said extends DomainEvent {}

const say = handler(Say, () => 'said', { name: 'say' })
const explained = (...middleware: NonNullable<MediatorOptions['middleware']>) =>
  new Mediator({ handlers: [say], middleware }).explain(Say)[0]

describe('explaining what runs for a message', () => {
  const [anonymous]: Wrapper[] = [(call, next) => next(call)]

  it('gives middleware without a name its place in the list', () => {
    expect(explained({ before: () => undefined }, anonymous as Wrapper)).to.deep.equal([
      'hooks number 0',
      'wrapper number 1',
      'handler say',
    ])
  })

  it('prefers the name of what compiled middleware chose to its own', () => {
    const compiled = (chosen: ReturnType<CompiledMiddleware['forMessage']>): CompiledMiddleware => ({
      name: 'compiled',
      forMessage: () => chosen,
    })
    const named = { name: 'named', before: () => undefined }
    expect(explained(compiled(named), compiled(anonymous as Wrapper))).to.deep.equal([
      'hooks named',
      'wrapper compiled',
      'handler say',
    ])
  })

  it('leaves out what is not for the message', () => {
    const nothing: CompiledMiddleware = { name: 'nothing', forMessage: () => undefined }
    const other = { name: 'other', only: [Said], before: () => undefined }
    const own = { name: 'own', only: [Said, Say], before: () => undefined }
    expect(explained(nothing, other, own)).to.deep.equal(['hooks own', 'handler say'])
  })

  it('takes hooks that have any one of their functions', () => {
    const quiet = () => undefined
    expect(explained({ before: quiet }, { after: quiet }, { failed: quiet })).to.have.length(4)
  })
})

describe('tracing a dispatch', () => {
  const scene = (handle: () => unknown, middleware: MediatorOptions['middleware'] = []) => {
    const clock = new ManualClock(5000)
    const steps: TraceStep[] = []
    const mediator = new Mediator({
      handlers: [handler(Say, handle as () => string, { name: 'say' })],
      middleware,
      runtime: createRuntime({ clock }),
      tracer: (step) => steps.push(step),
    })
    return { clock, steps, mediator }
  }

  it('tells how long each step took, of which message', async () => {
    const { clock, steps, mediator } = scene(async () => {
      await clock.pass(30)
      return 'said'
    })
    expect(await mediator.send(Say.of({}), { messageId: 'm-1' })).to.equal('said')
    const about = { message: 'Say', messageId: 'm-1', step: 'handler say' }
    expect(steps).to.deep.equal([
      { ...about, outcome: 'entered', ms: 0 },
      { ...about, outcome: 'done', ms: 30 },
    ])
  })

  it('tells how long a step took that failed, and with what', async () => {
    const boom = new Error('boom')
    const { clock, steps, mediator } = scene(async () => {
      await clock.pass(20)
      throw boom
    })
    expect(await failure(mediator.send(Say.of({})))).to.equal(boom)
    expect(steps[1]).to.include({ step: 'handler say', outcome: 'failed', ms: 20, error: boom })
  })

  it('tells of handlers that are created for every message', async () => {
    const steps: TraceStep[] = []
    let made = 0
    @Handles(Say)
    class Saying {
      readonly number = ++made
      handle() {
        return `said ${this.number}`
      }
    }
    const factory = { create: () => new Saying() as never, isTransient: () => true }
    const mediator = new Mediator({ handlers: [Saying], factory, tracer: (step) => steps.push(step) })
    expect(await mediator.send(Say.of({}))).to.equal('said 1')
    expect(await mediator.send(Say.of({}))).to.equal('said 2')
    expect(steps.map(({ step, outcome }) => `${step} ${outcome}`)).to.deep.equal([
      'handler Saying entered',
      'handler Saying done',
      'handler Saying entered',
      'handler Saying done',
    ])
  })
})
