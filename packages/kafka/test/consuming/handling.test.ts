import { KafkaFailure } from '@gulo/kafka'
import { expect } from 'chai'
import { BatchTold } from '../support/fake-consumer.js'
import { settled } from '../support/manual-clock.js'
import { startDelivery as start } from '../support/scripted-delivery.js'

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('A batch that is being handled', () => {
  it('is committed as far as its first messages are handled without a gap, while it goes on', async () => {
    const { clock, consumer, done, told } = await start({ commitIntervalMs: 100 })
    const handled = consumer.fetch('t', 10, 4, told)
    await done(10, 12)
    await clock.advance(100)
    expect(told.committed).to.deep.equal(['11'])
    await done(11, 13)
    await handled
    expect(told.committed).to.deep.equal(['11', '14'])
    expect(told.resolved).to.deep.equal(['13'])
  })

  it('keeps its member alive for as long as the client waits for it', async () => {
    const { clock, consumer, done, told } = await start({ heartbeatIntervalMs: 500, slowHandlerMs: 60_000 })
    const handled = consumer.fetch('t', 0, 1, told)
    await clock.advance(59_000)
    expect(told.beats).to.be.at.least(118)
    await done(0)
    await handled
    const beats = told.beats
    await clock.advance(60_000)
    expect(told.beats).to.equal(beats)
  })

  it('is handed out as room becomes free, without waiting for the last of those before', async () => {
    const { consumer, deliveries, done } = await start({ deliverySize: 4 })
    const handled = consumer.fetch('t', 0, 7)
    await done(1, 2)
    expect(deliveries).to.deep.equal([
      ['0', '1', '2', '3'],
      ['4', '5'],
    ])
    await done(0, 3, 4, 5)
    await done(6)
    await handled
  })

  it('has its commit tried again when it fails', async () => {
    const { clock, consumer, done, told } = await start({ commitIntervalMs: 100 })
    told.commitErrors = [new KafkaFailure('not the coordinator', 16)]
    const handled = consumer.fetch('t', 0, 1, told)
    await done(0)
    await handled
    expect(told.committed).to.deep.equal([])
    await clock.advance(100)
    expect(told.committed).to.deep.equal(['1'])
  })
})

describe('A slow message', () => {
  it('lets the client fetch on, and the others of its partition go on, after slowHandlerMs', async () => {
    const { clock, consumer, deliveries, done, told } = await start({ slowHandlerMs: 500 })
    const first = consumer.fetch('t', 0, 3, told)
    await done(1, 2)
    await clock.advance(1000)
    await first
    expect(told.resolved).to.deep.equal(['2'])
    const second = consumer.fetch('t', 3, 2)
    await done(3, 4)
    expect(deliveries.at(-1)).to.deep.equal(['3', '4'])
    await done(0)
    await second
  })

  it('keeps the client from committing past it, over the borders of batches', async () => {
    const { clock, consumer, done, told } = await start({ slowHandlerMs: 500, commitIntervalMs: 100 })
    void consumer.fetch('t', 0, 3, told)
    await done(0, 2)
    await clock.advance(1000)
    const second = consumer.fetch('t', 3, 2, told)
    await done(3, 4)
    await clock.advance(1000)
    await second
    expect(told.committed).to.deep.equal(['1'])
    await done(1)
    await clock.advance(100)
    expect(told.committed).to.deep.equal(['1', '5'])
  })

  it('does not stop another partition that was fetched with it', async () => {
    const { clock, consumer, done, deliveries } = await start({ slowHandlerMs: 500 })
    const both = Promise.all([consumer.fetch('t', 0, 1), consumer.fetch('t', 0, 1, new BatchTold(), 1)])
    await done('1/0')
    await clock.advance(1000)
    await both
    const next = consumer.fetch('t', 1, 1, new BatchTold(), 1)
    await done('1/1')
    await next
    expect(deliveries.flat()).to.deep.equal(['0', '1/0', '1/1'])
  })

  it('is not waited for four times as long even when others come along', async () => {
    const { clock, consumer, done, told } = await start({ slowHandlerMs: 100, deliverySize: 1 })
    const handled = consumer.fetch('t', 0, 50, told)
    for (const id of upTo(6)) {
      await done(id)
      await clock.advance(80)
    }
    await handled
    expect(told.resolved).to.deep.equal(['49'])
  })
})

describe('A partition that has more messages than it may', () => {
  it('is paused while its member stays in the group, and resumed when half of them are done', async () => {
    const { clock, consumer, deliveries, done } = await start({ maxInFlight: 10, slowHandlerMs: 100 })
    const handled = consumer.fetch('t', 0, 12)
    await clock.advance(300)
    await handled
    expect(consumer.calls).to.deep.equal(['pause t/0'])
    expect(deliveries.flat()).to.have.length(10)
    await done(...upTo(6))
    expect(consumer.calls).to.deep.equal(['pause t/0'])
    await done(6)
    expect(consumer.calls).to.deep.equal(['pause t/0', 'resume t/0'])
  })

  it('because of one slow message hands the others out up to the bound', async () => {
    const { clock, consumer, deliveries, done } = await start({ maxInFlight: 10, slowHandlerMs: 100 })
    void consumer.fetch('t', 0, 30)
    await done(...upTo(20).slice(1))
    await clock.advance(1000)
    expect(deliveries.flat()).to.have.length(10)
    await done(0)
    expect(deliveries.flat()).to.have.length(20)
  })
})

describe('A batch that begins again before what was committed', () => {
  it('is taken as a new topic, once what is in flight of the old one is done', async () => {
    const { clock, consumer, deliveries, done } = await start({ slowHandlerMs: 100 })
    const old = consumer.fetch('t', 5, 3)
    await done(5, 6)
    await clock.advance(500)
    await old
    const fresh = consumer.fetch('t', 0, 2)
    await settled()
    expect(deliveries.flat()).to.deep.equal(['5', '6', '7'])
    await done(7)
    expect(deliveries.at(-1)).to.deep.equal(['0', '1'])
    await done(0, 1)
    await fresh
  })
})
