import { kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { FakeClient } from '../support/fake-client.js'
import { manualRuntime } from '../support/manual-clock.js'
import { testOptions } from '../support/messages.js'
import { startDelivery as start } from '../support/scripted-delivery.js'

describe('A refused message', () => {
  it('is sought again after a pause, with those before it committed and those in flight waited for', async () => {
    const { clock, consumer, done, refuse, told } = await start({ redeliveryDelayMs: 1000 })
    const handled = consumer.fetch('t', 5, 4, told)
    await done(5)
    await refuse(6)
    await clock.advance(100)
    expect(consumer.calls).to.deep.equal(['pause t/0'])
    await done(7, 8)
    await handled
    expect([told.committed, told.resolved]).to.deep.equal([['6'], []])
    expect(consumer.calls).to.deep.equal(['pause t/0', 'seek t/0 to 6'])
    await clock.advance(1000)
    expect(consumer.calls.at(-1)).to.equal('resume t/0')
    const again = consumer.fetch('t', 6, 3, told)
    await done(6, 7, 8)
    await again
    expect(told.committed).to.deep.equal(['6', '9'])
  })

  it('at the very start commits nothing', async () => {
    const { consumer, done, refuse, told } = await start()
    const handled = consumer.fetch('t', 5, 2, told)
    await done(6)
    await refuse(5)
    await handled
    expect(told.committed).to.deep.equal([])
    expect(consumer.calls).to.include('seek t/0 to 5')
  })

  it('has nothing more handed out, though earlier messages are still in flight', async () => {
    const { consumer, deliveries, done, refuse } = await start({ deliverySize: 4 })
    const handled = consumer.fetch('t', 0, 9)
    await refuse(2)
    await done(0, 1)
    await done(3)
    await handled
    expect(deliveries).to.deep.equal([['0', '1', '2', '3']])
    expect(consumer.calls).to.deep.equal(['pause t/0', 'seek t/0 to 2'])
  })

  it('is sought again from an earlier batch, while later ones are in flight', async () => {
    const { clock, consumer, done, refuse, told } = await start({ slowHandlerMs: 100, redeliveryDelayMs: 1000 })
    const first = consumer.fetch('t', 0, 2, told)
    await done(0)
    await clock.advance(500)
    const second = consumer.fetch('t', 2, 2, told)
    await done(2)
    await refuse(1)
    await clock.advance(500)
    expect(consumer.calls).to.deep.equal(['pause t/0'])
    await done(3)
    await Promise.all([first, second])
    expect(consumer.calls).to.deep.equal(['pause t/0', 'seek t/0 to 1'])
    expect([told.committed.at(-1), told.resolved]).to.deep.equal(['1', ['1']])
  })
})

describe('A deliver function that misbehaves', () => {
  it('by throwing has its messages delivered again, and nothing escapes to the client', async () => {
    const client = new FakeClient()
    client.topics.set('t', [1])
    const { runtime } = manualRuntime()
    const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client }))
    await transport.start()
    const deliver = () => {
      throw new Error('out of order')
    }
    await transport.subscribe({ group: 'g', action: 'test', routes: [{ topic: 't', types: [] }], deliver })
    await client.consumers[0]?.fetch('t', 3, 2)
    expect(client.consumers[0]?.calls).to.include('seek t/0 to 3')
  })

  it('by answering too few promises has the others delivered again', async () => {
    const client = new FakeClient()
    client.topics.set('t', [1])
    const { runtime } = manualRuntime()
    const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client }))
    await transport.start()
    await transport.subscribe({
      group: 'g',
      action: 'test',
      routes: [{ topic: 't', types: [] }],
      deliver: () => [Promise.resolve()],
    })
    await client.consumers[0]?.fetch('t', 3, 2)
    expect(client.consumers[0]?.calls).to.include('seek t/0 to 4')
  })
})
