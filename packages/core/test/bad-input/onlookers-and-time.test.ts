import {
  anyError,
  type Clock,
  Command,
  Contract,
  createRuntime,
  failurePolicy,
  handler,
  type Logger,
  memoryStore,
  memoryTransport,
  type Observer,
  result,
  type ServiceOptions,
  systemClock,
} from '@gulo/core'
import { expect } from 'chai'
import { quietLogger } from '../support/scene.js'
import { OrderPlacedV1, Place, Stage } from './stage.js'

@Contract('ordering.order.remind.v1')
class Remind extends Command {
  readonly orderId!: string
}

const place = handler(Place, ({ orderId }) => result(orderId, OrderPlacedV1.of({ orderId })))
const thrower = () => {
  throw new Error('I only look on')
}
const rejecter = async () => thrower()
const broken = (method: () => unknown): Logger => ({ info: method, warn: method, error: method }) as Logger

describe('who only looks on', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  const onlookers: [string, Partial<ServiceOptions>][] = [
    ['an observer that throws', { observers: [thrower] }],
    ['an observer that rejects', { observers: [rejecter as unknown as Observer] }],
    ['a logger that throws', { logger: broken(thrower) }],
    ['a logger that rejects', { logger: broken(rejecter) }],
    ['a tracer that throws', { tracer: thrower }],
    ['a tracer that rejects', { tracer: rejecter as never }],
  ]
  for (const [what, options] of onlookers) {
    for (const stored of [false, true]) {
      it(`such as ${what} disturbs no message, ${stored ? 'stored' : 'directly'}, not even one that fails`, async () => {
        const effects: string[] = []
        const store = () => (stored ? { store: memoryStore() } : {})
        let failures = 2
        const handle = ({ orderId }: OrderPlacedV1) => {
          if (failures-- > 0) throw new Error('not yet')
          effects.push(orderId)
        }
        const policy = failurePolicy(anyError().retry(3, { delayMs: () => 0, longestMs: () => 0, describe: () => '' }))
        const circuitBreaker = { minimum: 1, failureRatio: 0.1, pause: 1 }
        await stage.far(handle, { ...store(), policy, circuitBreaker, ...options })
        const transport = memoryTransport({ broker: stage.broker })
        stage.broker.faults.failNextPublish(stored ? 1 : 0)
        const service = await stage.start({ handlers: [place], transport, ...store(), ...options })
        expect((await service.mediator.send(Place.of({ orderId: '1' }))).value).to.equal('1')
        while (effects.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
        expect(effects).to.deep.equal(['1'])
        await service.stop()
      })
    }
  }
})

describe('a logger that throws while a due command fails', () => {
  it('keeps neither it nor its neighbours from being tried again', async () => {
    const stage = new Stage()
    const done: string[] = []
    let failures = 1
    const remind = handler(Remind, ({ orderId }) => {
      if (orderId === '1' && failures-- > 0) throw new Error('not yet')
      done.push(orderId)
    })
    const plan = handler(Place, async ({ orderId }, context) => {
      for (const each of ['1', '2']) await context.schedule(Remind.of({ orderId: each }), 1000)
      return result(orderId)
    })
    const service = await stage.start({ handlers: [plan, remind], store: memoryStore(), logger: broken(thrower) })
    await service.mediator.send(Place.of({ orderId: '1' }))
    while (done.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(done).to.deep.equal(['2', '1'])
    await stage.close()
  })
})

/** The clock of the machine, whose wall clock can be moved. */
class MovedClock implements Clock {
  offsetMs = 0
  now = () => systemClock.now() + this.offsetMs
  monotonic = () => systemClock.monotonic()
  after = systemClock.after
}

describe('a wall clock that jumps back by an hour', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })
  afterEach(() => stage.close())

  for (const [what, options] of [
    ['a pause of the policy', { policy: failurePolicy(anyError().pause('20ms')) }],
    ['a circuit breaker', { circuitBreaker: { minimum: 1, pause: '20ms' as const } }],
  ] as [string, Partial<ServiceOptions>][]) {
    it(`does not prolong ${what}`, async () => {
      const clock = new MovedClock()
      let failures = 1
      const handle = () => {
        if (failures-- === 0) return
        clock.offsetMs -= 0
        throw new Error('not yet')
      }
      await stage.far(handle, { clock, ...options })
      const service = await stage.start({ handlers: [place] })
      await service.mediator.send(Place.of({ orderId: '1' }))
      await stage.until('retried')
      clock.offsetMs = -3_600_000
      await stage.until('handled')
    })
  }

  it('keeps ids growing and well formed, also where the clock tells fractions', () => {
    let now = 1_700_000_000_000.75
    const { newId } = createRuntime({ clock: { ...systemClock, now: () => now } })
    const ids = [newId(), newId()]
    now -= 3_600_000
    ids.push(newId(), newId())
    now += 3_600_000.4
    ids.push(newId(), newId())
    expect(ids).to.deep.equal([...ids].sort())
    for (const id of ids) expect(id).to.match(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  })

  it('ends a stop at its deadline all the same', async () => {
    const clock = new MovedClock()
    const service = await stage.start({ handlers: [place], clock, logger: quietLogger })
    clock.offsetMs = -3_600_000
    await service.stop({ deadlineMs: 1000 })
  })
})
