import { expect } from 'chai'
import { startDelivery as start } from '../support/scripted-delivery.js'

const UNSUPPORTED_COMPRESSION_TYPE = 76

describe('A group that meets a batch nobody can decompress', () => {
  it('is not called well although it joins, until a minute after it last met one', async () => {
    const { client, clock, transport } = await start()
    client.consumers.at(-1)?.crash(UNSUPPORTED_COMPRESSION_TYPE)
    await clock.advance(1000)
    expect(client.consumers).to.have.length(2)
    expect(await transport.health()).to.deep.equal({
      status: 'degraded',
      detail: 'group g cannot read a batch: crashed on purpose',
    })
    await clock.advance(20_000)
    expect((await transport.health()).status).to.equal('degraded')
    await clock.advance(40_000)
    expect((await transport.health()).detail ?? '').to.not.include('cannot read')
  })

  it('joins again after longer and longer pauses', async () => {
    const { client, clock } = await start()
    for (let turn = 0; turn < 10; turn++) {
      const before = client.consumers.length
      client.consumers.at(-1)?.crash(UNSUPPORTED_COMPRESSION_TYPE)
      while (client.consumers.length === before) await clock.advance(1000)
    }
    const before = client.consumers.length
    client.consumers.at(-1)?.crash(UNSUPPORTED_COMPRESSION_TYPE)
    await clock.advance(4000)
    expect(client.consumers).to.have.length(before)
  })
})
