import { expect } from 'chai'

describe('the program of the README', () => {
  it('runs', async () => {
    const { value } = await import('./support/readme-example.js')
    expect(value).to.equal('o-1')
  })
})
