import { expect } from 'chai'
import { nightly, shop } from './support/readme-example.js'

describe('the program of the README', () => {
  it('recurs at two o’clock in Berlin', () => {
    expect(shop.describe().recurring).to.deep.equal([
      { name: 'nightly-report', words: 'cron 0 2 * * * in Europe/Berlin', catchUp: 'last' },
    ])
    expect(nightly.occurrences.next(Date.parse('2026-07-01T12:00:00Z'))).to.equal(Date.parse('2026-07-02T00:00:00Z'))
  })
})
