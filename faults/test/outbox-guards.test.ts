import { expect } from 'chai'
import type { Ledger } from '../dist/ledger/ledger.js'
import { outboxRig } from '../dist/outbox/rig.js'
import { describeLong } from './support/missing.js'

function run(broker: 'kafka' | 'rabbitmq', without?: string): Promise<Ledger> {
  const plan = { rig: 'outbox', seed: 5, messages: 2000, kills: 6, brokers: 1, say: () => undefined }
  return outboxRig.run({ ...plan, broker, without })
}

for (const broker of ['kafka', 'rabbitmq'] as const) {
  await describeLong(['postgres', broker], `The outbox rig over ${broker}`, function () {
    this.timeout(400_000)

    it('sees nothing lost, twice, out of order or invented while processes, broker and database go down', async () => {
      const { handled, kills, lost, twice, reordered, ghost } = await run(broker)
      expect({ handled, kills }).to.deep.equal({ handled: 2000, kills: 6 })
      expect({ lost, twice, reordered, ghost }).to.deep.equal({ lost: 0, twice: 0, reordered: 0, ghost: 0 })
    })
  })
}

await describeLong(['postgres', 'kafka'], 'The outbox rig without a guard', function () {
  this.timeout(400_000)

  it('sees the loss when a relay reads on from the last number it has sent', async () => {
    expect((await run('kafka', 'floor')).lost).to.be.greaterThan(0)
  })

  it('sees disorder when relays take whatever rows nobody has locked', async () => {
    expect((await run('kafka', 'slots')).reordered).to.be.greaterThan(0)
  })

  it('sees effects twice without an inbox', async () => {
    expect((await run('kafka', 'inbox')).twice).to.be.greaterThan(0)
  })

  it('sees events of what never happened when they have a transaction of their own', async () => {
    expect((await run('kafka', 'same-transaction')).ghost).to.be.greaterThan(0)
  })
})
