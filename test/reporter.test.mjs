import { expect } from 'chai'
import { countByReason } from './reporter.mjs'

const test = (title, file) => ({ fullTitle: () => title, file })

describe('the reporter, given skipped tests', () => {
  it('counts them by the reason in the title, most first', () => {
    const tests = [test('a'), test('k [skipped: no Java] x'), test('k [skipped: no Java] y')]
    expect(countByReason(tests, {})).to.deep.equal([
      ['no Java', 2],
      ['no reason given: a', 1],
    ])
  })

  it('takes the reason of the service in the path when the title has none', () => {
    const tests = [test('publishes', '/packages/kafka/dist-test/publish.test.js')]
    expect(countByReason(tests, { GULO_SKIP_KAFKA: 'no Java' })).to.deep.equal([['kafka: no Java', 1]])
  })
})
