import { type CircuitBreakerOptions, createRuntime, Mediator } from '@gulo/core'
import { expect } from 'chai'
import { CircuitBreaker } from '../../dist/consuming/circuit-breaker.js'
import { ManualClock } from '../support/manual-clock.js'
import { desk, OrderPlacedV1 } from './support.js'

const breakerOf = (options: CircuitBreakerOptions) => {
  const clock = new ManualClock()
  const breaker = new CircuitBreaker(options, clock)
  /** Counts one attempt for each letter, f for a failed one; answers how long each one holds the subscription. */
  const count = (attempts: string) => [...attempts].map((letter) => breaker.count(letter === 'f'))
  return { clock, breaker, count }
}

describe('a circuit breaker', () => {
  it('holds nothing before it has counted enough attempts', () => {
    const { count } = breakerOf({ minimum: 3, failureRatio: 0.5, pause: '10s' })
    expect(count('fff')).to.deep.equal([0, 0, 10_000])
  })

  it('trips when the share of failures is reached, not before', () => {
    const { count } = breakerOf({ minimum: 2, failureRatio: 0.5, pause: 100 })
    expect(count('..f.ff')).to.deep.equal([0, 0, 0, 0, 0, 100])
  })

  it('trips at the share exactly', () => {
    const { count } = breakerOf({ minimum: 2, failureRatio: 0.5, pause: 100 })
    expect(count('.f')).to.deep.equal([0, 100])
  })

  it('never trips on an attempt that went well', () => {
    const { count } = breakerOf({ minimum: 3, failureRatio: 0.5, pause: 100 })
    expect(count('ff.')).to.deep.equal([0, 0, 0])
  })

  it('may wait until every attempt fails', () => {
    const { count } = breakerOf({ minimum: 2, failureRatio: 1, pause: 100 })
    expect(count('.ff')).to.deep.equal([0, 0, 0])
    expect(breakerOf({ minimum: 2, failureRatio: 1, pause: 100 }).count('ff')).to.deep.equal([0, 100])
  })

  it('counts anew when its window has passed', async () => {
    const { clock, count } = breakerOf({ minimum: 2, failureRatio: 1, window: '1m', pause: 100 })
    count('f')
    await clock.pass(59_999)
    expect(count('f')).to.deep.equal([100])
    const other = breakerOf({ minimum: 2, failureRatio: 1, window: '1m', pause: 100 })
    other.count('f')
    await other.clock.pass(60_000)
    expect(other.count('f')).to.deep.equal([0])
  })

  it('counts anew after it has tripped, for a whole window after its pause', async () => {
    const { clock, count } = breakerOf({ minimum: 2, failureRatio: 1, window: 1000, pause: 500 })
    expect(count('ff')).to.deep.equal([0, 500])
    expect(count('f')).to.deep.equal([0])
    await clock.pass(1499)
    expect(count('f')).to.deep.equal([500])
  })

  it('looks at 10 attempts of a minute by default, and holds for 30 s when half of them fail', () => {
    const { breaker, count } = breakerOf({})
    expect(breaker.describe()).to.equal('held for 30 s when 50 % of at least 10 attempts within 1 m fail')
    expect(count('.....fffff')).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 30_000])
  })
})

describe('a circuit breaker that makes no sense', () => {
  it('is refused with all that is wrong', () => {
    expect(() => breakerOf({ minimum: 0, failureRatio: 0 }))
      .to.throw(
        /of the circuit breaker has 2 faults: minimum is 0: use a whole number above 0\. failureRatio is 0: use a number above 0, up to 1\./,
      )
      .with.property('code', 'GULO_CONFIGURATION_INVALID')
  })

  for (const options of [{ minimum: 1.5 }, { minimum: -1 }, { failureRatio: 1.1 }, { failureRatio: Number.NaN }]) {
    it(`is refused: ${JSON.stringify(options)}`, () => {
      expect(() => breakerOf(options)).to.throw(/has 1 faults/)
    })
  }

  for (const [option, options] of [
    ['window', { window: 'long' as never }],
    ['pause', { pause: -1 }],
  ] as const) {
    it(`is refused for a ${option} that is no length of time`, () => {
      expect(() => breakerOf(options))
        .to.throw(new RegExp(`^${option} is .*, which is no length of time`))
        .with.property('code', 'GULO_DURATION_INVALID')
    })
  }
})

describe('the circuit breaker of a consumer', () => {
  it('is described after the rules once the consumer runs', async () => {
    const mediator = new Mediator({ handlers: [], runtime: createRuntime() })
    const { consumer } = desk({ circuitBreaker: { pause: '5s' }, mediator: mediator })
    expect(consumer.describe().join()).to.not.contain('held for')
    const running = desk({ circuitBreaker: { pause: '5s' } }).consumer.handle(OrderPlacedV1, () => undefined)
    await running.start()
    expect(running.describe().at(-1)).to.match(/^held for 5 s/)
  })
})
