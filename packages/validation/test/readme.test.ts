import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { placeOrder } from './support/readme-example.js'
import { thrown } from './support/thrown.js'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

describe('the program of the README', () => {
  it('is the one that is compiled here', () => {
    expect(read('../README.md')).to.include(`\`\`\`ts\n${read('../test/support/readme-example.ts')}\`\`\``)
  })

  it('takes valid orders', async () => {
    expect(await placeOrder('{"email":"a@example.com","lines":[{"sku":"A","quantity":1}]}')).to.equal('placed 1')
  })

  it('refuses others', async () => {
    const error = await thrown(() => placeOrder('{"email":"a@example.com","lines":[{"sku":"A","quantity":0}]}'))
    expect(error.message).to.include('lines[0].quantity (quantity must not be less than 1)')
  })
})
