import { KafkaFailure } from '@gulo/kafka'
import { expect } from 'chai'
import { settled } from '../support/manual-clock.js'
import { startDelivery as start } from '../support/scripted-delivery.js'

function deferred() {
  let resolve = () => undefined as void
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

describe('When the group rebalances while a batch is handled', () => {
  it('what is in flight may finish and is committed, and nothing more is handed over', async () => {
    const { clock, consumer, deliveries, done, told } = await start({ deliverySize: 2 })
    told.beatError = new KafkaFailure('rebalancing', 27)
    const handled = consumer.fetch('t', 0, 4, told)
    await clock.advance(1000)
    await done(0, 1)
    await handled
    expect(told.committed).to.deep.equal(['2'])
    expect(deliveries).to.deep.equal([['0', '1']])
  })

  it('what does not finish in time is left alone, and only what was handled is committed', async () => {
    const { clock, consumer, done, told } = await start()
    told.beatError = new KafkaFailure('rebalancing', 27)
    const handled = consumer.fetch('t', 0, 3, told)
    await done(0)
    await clock.advance(40_000)
    await handled
    expect(told.committed).to.deep.equal(['1'])
  })

  it('what was let go as slow is not committed by a member that lost the partition', async () => {
    const { clock, consumer, done, told } = await start({ slowHandlerMs: 100, commitIntervalMs: 100 })
    void consumer.fetch('t', 0, 2, told)
    await clock.advance(500)
    consumer.rebalance()
    consumer.join('member-1', [1])
    await done(0, 1)
    await clock.advance(1000)
    expect(told.committed).to.deep.equal([])
  })

  it('what was let go as slow goes on where the partition stays, and is not handed out twice', async () => {
    const { clock, consumer, deliveries, done, told } = await start({ slowHandlerMs: 100 })
    void consumer.fetch('t', 0, 2, told)
    await done(1)
    await clock.advance(500)
    consumer.rebalance()
    consumer.join('member-1')
    const again = consumer.fetch('t', 0, 4, told)
    await done(2, 3)
    expect(deliveries).to.deep.equal([
      ['0', '1'],
      ['2', '3'],
    ])
    await done(0)
    await again
    expect(told.committed).to.deep.equal(['4'])
  })

  it('what waited to be handed out is fetched again where the partition stays', async () => {
    const { clock, consumer, deliveries, done, told } = await start({ deliverySize: 2 })
    told.beatError = new KafkaFailure('rebalancing', 27)
    const handled = consumer.fetch('t', 0, 4, told)
    await clock.advance(400)
    await done(0, 1)
    await handled
    consumer.rebalance()
    consumer.join('member-1')
    const again = consumer.fetch('t', 2, 2)
    await done(2, 3)
    await again
    expect(deliveries).to.deep.equal([
      ['0', '1'],
      ['2', '3'],
    ])
  })

  it('a batch that comes before the group is shared is left to be fetched again', async () => {
    const { clock, consumer, deliveries, done, told } = await start()
    told.beatError = new KafkaFailure('rebalancing', 27)
    const handled = consumer.fetch('t', 0, 1, told)
    await clock.advance(400)
    await done(0)
    await handled
    const early = consumer.fetch('t', 1, 1, told)
    await clock.advance(100)
    await early
    expect([deliveries, told.resolved]).to.deep.equal([[['0']], []])
  })

  it('a commit that fails late, for the old generation, says nothing of the new one', async () => {
    const { clock, consumer, deliveries, done, told } = await start()
    const commit = deferred()
    told.commitUntil = commit.promise
    told.commitErrors = [new KafkaFailure('rebalancing', 27)]
    const handled = consumer.fetch('t', 0, 1, told)
    await done(0)
    await handled
    consumer.rebalance()
    consumer.join('member-1')
    commit.resolve()
    await clock.advance(100)
    const next = consumer.fetch('t', 1, 1)
    await done(1)
    await next
    expect(deliveries).to.deep.equal([['0'], ['1']])
  })

  it('a refusal that comes while it waits is delivered again where the partition stays', async () => {
    const { clock, consumer, deliveries, done, refuse, told } = await start({ redeliveryDelayMs: 100 })
    told.beatError = new KafkaFailure('rebalancing', 27)
    const handled = consumer.fetch('t', 0, 3, told)
    await clock.advance(400)
    await done(0, 2)
    await refuse(1)
    await handled
    consumer.rebalance()
    consumer.join('member-1')
    void consumer.fetch('t', 1, 2)
    await settled()
    expect(deliveries.at(-1)).to.deep.equal(['1', '2'])
    expect(told.committed).to.deep.equal(['1'])
  })

  it('a refusal that comes while others are in flight ends the handing out where the partition stays', async () => {
    const { clock, consumer, deliveries, done, refuse } = await start({ slowHandlerMs: 100, redeliveryDelayMs: 100 })
    void consumer.fetch('t', 0, 3)
    await clock.advance(500)
    consumer.rebalance()
    await refuse(1)
    consumer.join('member-1')
    void consumer.fetch('t', 3, 2)
    await settled()
    expect(deliveries).to.deep.equal([['0', '1', '2']])
    await done(0, 2)
    expect(consumer.calls).to.deep.equal(['pause t/0', 'seek t/0 to 1'])
  })

  it('what ends while the client joins is committed once it has joined', async () => {
    const { clock, consumer, done, told } = await start({ slowHandlerMs: 100, commitIntervalMs: 100 })
    void consumer.fetch('t', 0, 1, told)
    await clock.advance(500)
    consumer.rebalance()
    await done(0)
    await clock.advance(500)
    expect(told.committed).to.deep.equal([])
    consumer.join('member-1')
    await clock.advance(100)
    expect(told.committed).to.deep.equal(['1'])
  })

  it('a batch of before does not move the position of the new generation', async () => {
    const { consumer, done, told } = await start()
    const handled = consumer.fetch('t', 0, 2, told)
    await settled()
    consumer.join('member-1')
    await done(0, 1)
    await handled
    expect([told.resolved, told.committed]).to.deep.equal([[], ['2']])
  })

  it('a client that can wait is told when nothing is in flight any more and what was handled is committed', async () => {
    const { consumer, deliveries, done, told } = await start({ deliverySize: 2 })
    void consumer.fetch('t', 0, 4, told)
    let given = false
    const revoked = consumer.spec.onRevoke?.().then(() => {
      given = true
    })
    await done(0)
    expect(given).to.equal(false)
    await done(1)
    await revoked
    expect([deliveries, told.committed]).to.deep.equal([[['0', '1']], ['2']])
  })
})

describe('When a member comes back to its group under another id', () => {
  it('nothing of a partition is handed out before what was in flight is done', async () => {
    const { clock, consumer, deliveries, done, told } = await start({ slowHandlerMs: 100, commitIntervalMs: 100 })
    void consumer.fetch('t', 0, 1, told)
    await clock.advance(500)
    consumer.rebalance()
    consumer.join('member-2')
    const again = consumer.fetch('t', 0, 1, told)
    await settled()
    expect(deliveries).to.have.length(1)
    await done(0)
    expect(told.committed).to.deep.equal([])
    expect(deliveries).to.have.length(2)
    await done(0)
    await again
    expect(told.committed).to.deep.equal(['1'])
  })
})

describe('When the member has been thrown out of its group', () => {
  it('nothing is committed any more', async () => {
    const { clock, consumer, done, told } = await start({ commitIntervalMs: 5000 })
    told.beatError = new KafkaFailure('who are you', 25)
    const handled = consumer.fetch('t', 0, 2, told)
    await done(0)
    await clock.advance(1000)
    await handled
    expect(told.committed).to.deep.equal([])
    expect(consumer.calls).to.deep.equal([])
  })
})
