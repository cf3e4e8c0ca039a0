import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    articles: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
})

/** A UUID that is the same for the same seed and number. */
function idOf(number: number): string {
  const hex = createHash('sha256').update(`${values.seed}:${number}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

// Prints orders as newline-delimited JSON, the same for the same options: node make-orders.js --count 10000 > orders.ndjson
for (let number = 0; number < Number(values.count); number++) {
  const id = idOf(number)
  const sku = `A-${Number.parseInt(id.slice(0, 8), 16) % Number(values.articles)}`
  console.log(JSON.stringify({ orderId: id, sku, quantity: 1 + (number % 5) }))
}
