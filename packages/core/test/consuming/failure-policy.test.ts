import {
  anyError,
  defaultFailurePolicy,
  exponential,
  failurePolicy,
  fixed,
  GuloError,
  onError,
  type Random,
} from '@gulo/core'
import { expect } from 'chai'

class TimeoutError extends Error {}
class RefusedError extends Error {
  readonly retryable = false
}

const half: Random = { next: () => 0.5, fill: () => undefined }
const actions = (policy = defaultFailurePolicy, error: unknown = new Error(), attempts = 6) =>
  Array.from({ length: attempts }, (_, index) => {
    const verdict = policy.decide(error, index + 1, half)
    return 'delayMs' in verdict ? `${verdict.action} ${verdict.delayMs}` : verdict.action
  })

describe('the default failure policy', () => {
  it('makes three attempts, 100 ms·2ⁿ with full jitter, then dead-letters', () => {
    expect(actions(defaultFailurePolicy, new Error(), 3)).to.deep.equal(['retry 50', 'retry 100', 'dead-letter'])
  })

  it('dead-letters at once what says that no retry can help', () => {
    expect(actions(defaultFailurePolicy, new RefusedError(), 1)).to.deep.equal(['dead-letter'])
  })

  it('says itself in words', () => {
    expect(defaultFailurePolicy.describe()).to.deep.equal([
      'on an error that is not retryable: dead-letter',
      'on any error: 3 attempts in place, waiting 100 ms·2ⁿ up to 30 s with full jitter, then dead-letter',
    ])
  })
})

describe('a failure policy of rules', () => {
  it('goes by the first rule that matches, whatever the order of the general one', () => {
    const policy = failurePolicy(anyError().discard(), onError(TimeoutError).retry(2, fixed('1s')).quarantine())
    expect(actions(policy, new TimeoutError(), 2)).to.deep.equal(['retry 1000', 'quarantine'])
    expect(actions(policy, new Error(), 1)).to.deep.equal(['discard'])
  })

  it('lets a rule of its own decide about errors that are not retryable', () => {
    const policy = failurePolicy(onError(RefusedError).discard())
    expect(actions(policy, new RefusedError(), 1)).to.deep.equal(['discard'])
  })

  it('matches the code of a Gulo error, and what a predicate says', () => {
    const policy = failurePolicy(
      onError('GULO_X').discard(),
      onError({ words: 'text errors', matches: (error) => typeof error === 'string' }).quarantine(),
    )
    expect(actions(policy, new GuloError('GULO_X', { message: '', mend: '' }), 1)).to.deep.equal(['discard'])
    expect(actions(policy, 'oops', 1)).to.deep.equal(['quarantine'])
    expect(actions(policy, new Error(), 1)).to.deep.equal(['retry 50'])
  })

  it('goes through its stages in order', () => {
    const policy = failurePolicy(anyError().retry(3, fixed(10)).schedule(['10s', '1m']).deadLetter())
    expect(actions(policy)).to.deep.equal([
      'retry 10',
      'retry 10',
      'reschedule 10000',
      'reschedule 60000',
      'dead-letter',
      'dead-letter',
    ])
    expect(policy.reorders).to.equal(true)
    expect(policy.longestMs).to.equal(70_020)
  })

  it('starts with the delays when they are the first stage', () => {
    const policy = failurePolicy(anyError().schedule(['1s', '2s']))
    expect(actions(policy, new Error(), 3)).to.deep.equal(['reschedule 1000', 'reschedule 2000', 'dead-letter'])
  })

  it('makes one attempt with retry(1)', () => {
    expect(actions(failurePolicy(anyError().retry(1)), new Error(), 1)).to.deep.equal(['dead-letter'])
  })

  it('pauses again and again, keeping the message', () => {
    const policy = failurePolicy(onError(TimeoutError).pause('30s'))
    expect(actions(policy, new TimeoutError(), 3)).to.deep.equal(['pause 30000', 'pause 30000', 'pause 30000'])
  })

  it('describes stages and outcome', () => {
    const policy = failurePolicy(onError(TimeoutError).retry(2, fixed('1s')).schedule(['10s', '15m']).pause('1m'))
    expect(policy.describe()[0]).to.equal(
      'on TimeoutError: 2 attempts in place, waiting 1 s, then again after 10 s, 15 m, then pause the subscription for 1 m and try again',
    )
  })

  it('describes no rule that is never reached', () => {
    const policy = failurePolicy(onError(TimeoutError).quarantine(), anyError().discard(), anyError().quarantine())
    expect(policy.describe()).to.deep.equal([
      'on TimeoutError: quarantine',
      'on an error that is not retryable: dead-letter',
      'on any error: discard',
    ])
  })

  it('may retry in place after a delay', () => {
    const policy = failurePolicy(anyError().schedule(['1s']).retry(3, fixed(10)).schedule(['2s']).discard())
    expect(actions(policy)).to.deep.equal([
      'reschedule 1000',
      'retry 10',
      'retry 10',
      'reschedule 2000',
      'discard',
      'discard',
    ])
    expect(policy.longestMs).to.equal(3020)
  })

  it('keeps the order of a key as long as it only retries in place or pauses', () => {
    expect(defaultFailurePolicy.reorders).to.equal(false)
    expect(failurePolicy(anyError().retry(3).pause('1m'), onError(TimeoutError).retry(5)).reorders).to.equal(false)
    expect(failurePolicy(onError(TimeoutError).retry(2).schedule(['1s'])).reorders).to.equal(true)
  })

  it('takes as long as its longest rule', () => {
    const backoff = exponential({ base: '1s', max: '5s' })
    const policy = failurePolicy(onError(TimeoutError).retry(5, backoff), anyError().retry(2, fixed('1s')))
    expect(policy.longestMs).to.equal(1000 + 2000 + 4000 + 5000)
    expect(defaultFailurePolicy.longestMs).to.equal(100 + 200)
  })

  it('never changes a rule that was made before', () => {
    const base = onError(TimeoutError).retry(2, fixed(1))
    base.discard()
    expect(actions(failurePolicy(base), new TimeoutError(), 2)).to.deep.equal(['retry 1', 'dead-letter'])
  })
})

describe('a failure policy that makes no sense', () => {
  for (const [what, build, told] of [
    ['no attempts', () => onError(TimeoutError).retry(0), /retry\(0\) counts all attempts, so it is a whole number/],
    ['half an attempt', () => onError(TimeoutError).retry(1.5), /retry\(1\.5\) counts all attempts/],
    ['no delays', () => anyError().schedule([]), /schedule\(\[\]\) has no delay/],
    [
      'an error that is neither class nor code',
      () => onError(5 as never),
      /takes an error class, a code, or \{ matches/,
    ],
    ['no error at all', () => onError(undefined as never), /onError takes an error class, a code, or \{ matches/],
    ['a rule that is none', () => failurePolicy({} as never), /a rule was not made by onError or anyError/],
  ] as const) {
    it(`is refused: ${what}`, () => {
      expect(build).to.throw(told).with.property('code', 'GULO_POLICY_INVALID')
    })
  }

  it('is refused for a length of time that is none', () => {
    expect(() => anyError().pause('soon' as never))
      .to.throw(/pause is "soon"/)
      .with.property('code', 'GULO_DURATION_INVALID')
    for (const [option, build] of [
      ['delay', () => fixed(-1)],
      ['base', () => exponential({ base: -1 })],
      ['max', () => exponential({ max: -1 })],
      ['schedule', () => anyError().schedule([10, -1])],
    ] as const) {
      expect(build)
        .to.throw(new RegExp(`^${option} is -1, which is no length of time`))
        .with.property('code', 'GULO_DURATION_INVALID')
    }
  })
})

describe('an exponential backoff', () => {
  it('doubles up to its maximum', () => {
    const backoff = exponential({ base: '1s', max: '5s', jitter: 'none' })
    expect([1, 2, 3, 4, 5].map((attempt) => backoff.delayMs(attempt, half))).to.deep.equal([
      1000, 2000, 4000, 5000, 5000,
    ])
    expect(backoff.describe()).to.equal('1 s·2ⁿ up to 5 s')
  })

  it('draws between nothing and its longest by default', () => {
    const backoff = exponential({ base: '1s', max: '5s' })
    const drawn = (next: number) => backoff.delayMs(2, { next: () => next, fill: () => undefined })
    expect([drawn(0), drawn(0.25), drawn(0.9999)]).to.deep.equal([0, 500, 2000])
    expect([backoff.longestMs(2), backoff.longestMs(9)]).to.deep.equal([2000, 5000])
  })
})
