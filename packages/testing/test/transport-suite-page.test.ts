import { readFileSync } from 'node:fs'
import { transportCases } from '@gulo/testing'
import { expect } from 'chai'

const page = readFileSync(new URL('../../../docs/reference/transport-suite.md', import.meta.url), 'utf8')

describe('the page of the transport suite', () => {
  it('names cases by the titles they have', () => {
    const named = [...page.matchAll(/(?<!\*)\*([^*|]+)\*(?!\*)/g)].map(([, title]) => title)
    const titles = transportCases().map(({ title }) => title)
    expect(named).to.have.length.above(50)
    expect(titles).to.include.members(named)
  })
})
