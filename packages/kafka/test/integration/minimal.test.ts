import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { minimal } from '../support/minimal.js'
import { describeWithKafka, unique } from '../support/real-kafka.js'

const root = new URL('../../../../', import.meta.url)
const text = (path: string) => readFileSync(new URL(path, root), 'utf8')

describeWithKafka('The program in the manual', (brokers) => {
  it('does what it says', async () => {
    expect(await minimal(brokers, unique('inventory'))).to.equal('order-1')
  }).timeout(30_000)
})

describe('The programs in the README and in the manual of Kafka', () => {
  const lines = new Set(
    text('packages/kafka/test/support/minimal.ts')
      .split('\n')
      .map((line) => line.trim()),
  )
  for (const page of ['packages/kafka/README.md', 'docs/transports/kafka.md']) {
    it(`are lines of one that is compiled and run: ${page}`, () => {
      const [, program = ''] = /```ts\n([\s\S]*?)```/.exec(text(page)) ?? []
      const strange = program
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !lines.has(line))
      expect(program.length).to.be.greaterThan(200)
      expect(strange).to.deep.equal([])
    })
  }
})
