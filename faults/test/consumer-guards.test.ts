import { expect } from 'chai'
import { kafkaRig } from '../dist/kafka/rig.js'
import type { Ledger } from '../dist/ledger/ledger.js'
import { rabbitmqRig } from '../dist/rabbitmq/rig.js'
import type { Rig } from '../dist/rig.js'
import { describeLong } from './support/missing.js'

function run(rig: Rig, messages: number, kills: number, without?: string): Promise<Ledger> {
  return rig.run({ rig: rig.name, seed: 11, messages, kills, brokers: 1, without, say: () => undefined })
}

await describeLong('kafka', 'The Kafka rig', function () {
  this.timeout(240_000)

  it('sees nothing lost, twice, out of order or invented while processes die', async () => {
    const { handled, kills, lost, twice, reordered, ghost, storedTwice } = await run(kafkaRig, 3000, 4)
    expect({ handled, kills }).to.deep.equal({ handled: 3000, kills: 4 })
    expect({ lost, twice, reordered, ghost, storedTwice }).to.deep.equal({
      lost: 0,
      twice: 0,
      reordered: 0,
      ghost: 0,
      storedTwice: 0,
    })
  })

  it('sees the loss when positions are committed before handling', async () => {
    expect((await run(kafkaRig, 3000, 6, 'commit-after-handling')).lost).to.be.greaterThan(0)
  })

  it('sees effects twice without an inbox', async () => {
    expect((await run(kafkaRig, 3000, 4, 'inbox')).twice).to.be.greaterThan(0)
  })
})

await describeLong('rabbitmq', 'The RabbitMQ rig', function () {
  this.timeout(240_000)

  it('sees nothing lost, twice, out of order or invented while processes die', async () => {
    const { handled, kills, lost, twice, reordered, ghost } = await run(rabbitmqRig, 3000, 4)
    expect({ handled, kills }).to.deep.equal({ handled: 3000, kills: 4 })
    expect({ lost, twice, reordered, ghost }).to.deep.equal({ lost: 0, twice: 0, reordered: 0, ghost: 0 })
  })

  it('sees the loss when messages without a queue count as published', async () => {
    expect((await run(rabbitmqRig, 3000, 0, 'mandatory')).lost).to.be.greaterThan(0)
  })

  it('sees effects twice without an inbox', async () => {
    expect((await run(rabbitmqRig, 3000, 4, 'inbox')).twice).to.be.greaterThan(0)
  })
})
