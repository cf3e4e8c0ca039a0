import { expect } from 'chai'
import { narrowed } from '../dist/narrowed.js'
import { suites } from '../dist/suites.js'

const kafka = suites.find(({ name }) => name === 'kafka') as (typeof suites)[0]

describe('A suite narrowed to some of its cases', () => {
  it('has those with the text in their name, and the groups that measure them', () => {
    const { cases, groups } = narrowed(kafka, 'Consumer')
    expect(cases.map((each) => each.case)).to.deep.equal([
      'Consumer, no-op handler',
      'Consumer, 5 ms handlers, 64 keys, over serial',
    ])
    expect(groups.map(({ name }) => name)).to.deep.equal(['consume', 'keys of one partition'])
  })

  it('is whole without a text', () => {
    expect(narrowed(kafka, '')).to.deep.equal(kafka)
  })

  it('is refused when no case has it', () => {
    expect(() => narrowed(kafka, 'subscribing')).to.throw('No case of kafka has "subscribing" in its name.')
  })
})
