import type { GuloError } from '@gulo/core'
import { type KafkaOptions, kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { PartitionLine } from '../../dist/producing/partition-line.js'
import { Publication } from '../../dist/producing/publication.js'
import { FakeClient } from '../support/fake-client.js'
import { manualRuntime, settled } from '../support/manual-clock.js'
import { envelope, testOptions } from '../support/messages.js'

async function start(options: Partial<KafkaOptions> = {}) {
  const client = new FakeClient()
  client.topics.set('t', [1])
  const { clock, runtime } = manualRuntime()
  const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client, ...options }))
  await transport.start()
  const send = (...ids: string[]) => transport.publish(ids.map((id) => envelope('t', id, 'k', { partition: 0 })))
  return { client, clock, transport, send }
}

const failureOf = (promise: Promise<unknown>): Promise<GuloError> =>
  promise.then(
    () => expect.fail('it resolved'),
    (error) => error,
  )

describe('While the broker does not answer', () => {
  it('what would be too many messages is turned away at once, retryable, and nothing of it is sent', async () => {
    const { client, clock, send } = await start({ maxBufferedMessages: 3 })
    client.script = ({ session }) => (session === 1 ? { lost: 'before' } : undefined)
    const waiting = Promise.allSettled([send('a'), send('b')])
    const error = await failureOf(send('c', 'd'))
    expect([error.code, error.retryable]).to.deep.equal(['KAFKA_PUBLISH_FAILED', true])
    expect(error.message).to.match(/2 of 2 messages .* 2 more messages of \d+ bytes would wait beside 2 of \d+ bytes/)
    await clock.advance(60_000)
    expect((await waiting).map(({ status }) => status)).to.deep.equal(['rejected', 'rejected'])
    expect(client.broker.ids()).to.not.include('c')
  })

  it('what would be too many bytes is turned away', async () => {
    const { client, clock, transport } = await start({ maxBufferedBytes: 2000 })
    client.script = () => ({ lost: 'before' })
    const big = (id: string) => transport.publish([envelope('t', id, 'k', { payload: 'x'.repeat(900) })])
    const waiting = Promise.allSettled([big('a'), big('b')])
    expect((await failureOf(big('c'))).message).to.include('too many')
    await clock.advance(60_000)
    await waiting
  })

  it('a publication larger than the whole room is let in when nothing else waits', async () => {
    const { client, send } = await start({ maxBufferedMessages: 1 })
    await send('a', 'b', 'c')
    expect(client.broker.ids()).to.deep.equal(['a', 'b', 'c'])
  })

  it('what has been given up makes room again', async () => {
    const { client, clock, send } = await start({ maxBufferedMessages: 1, publishDeadlineMs: 1000 })
    client.script = ({ session }) => (session === 1 ? { lost: 'forever' } : undefined)
    const doomed = failureOf(send('a'))
    await clock.advance(1000)
    await doomed
    await Promise.all([send('b'), clock.advance(1000)])
    expect(client.broker.ids()).to.deep.equal(['b'])
  })

  it('nothing that was given up is kept for later', async () => {
    const { client, clock, send } = await start({ publishDeadlineMs: 1000 })
    client.connectScript = (session) => (session > 1 ? new Error('away') : undefined)
    client.script = () => ({ code: 45 })
    for (let round = 0; round < 5; round++) {
      const doomed = ['a', 'b'].map((id) => failureOf(send(id)))
      await clock.advance(2000)
      expect((await Promise.all(doomed)).map(({ retryable }) => retryable)).to.deep.equal([true, true])
    }
    client.connectScript = () => undefined
    client.script = () => undefined
    await Promise.all([send('later'), clock.advance(5000)])
    expect(client.broker.ids()).to.deep.equal(['later'])
  })
})

describe('A partition whose messages have all been given up', () => {
  it('keeps none of them', () => {
    const record = { key: undefined, value: null, headers: {}, timestamp: 1 }
    const publication = new Publication(Array(3).fill({ topic: 't', partition: 0, record }))
    publication.done.catch(() => undefined)
    const line = new PartitionLine('t', 0)
    for (const item of publication.items) line.add(item)
    const batch = line.take(1, 1000)
    line.putBack([batch?.items ?? []])
    line.sweep()
    expect(line.hasWork).to.equal(true)
    for (const item of publication.items) item.fail(new Error('given up'))
    line.sweep()
    expect(line.hasWork).to.equal(false)
  })
})

describe('The deadlines of many publications', () => {
  it('share one timer', async () => {
    const { client, clock, send } = await start({ publishDeadlineMs: 5000 })
    client.script = () => ({ lost: 'forever' })
    await settled()
    const before = clock.pending
    const doomed = Array.from({ length: 50 }, (_, number) => failureOf(send(String(number))))
    await settled()
    expect(clock.pending - before).to.equal(1)
    await clock.advance(5000)
    await Promise.all(doomed)
  })

  it('pass one by one, each at its own time', async () => {
    const { client, clock, send } = await start({ publishDeadlineMs: 5000 })
    client.script = () => ({ lost: 'forever' })
    const ended: string[] = []
    for (const id of ['a', 'b', 'c']) {
      void failureOf(send(id)).then(() => ended.push(id))
      await clock.advance(1000)
    }
    expect(ended).to.deep.equal([])
    await clock.advance(2000)
    expect(ended).to.deep.equal(['a'])
    await clock.advance(1000)
    expect(ended).to.deep.equal(['a', 'b'])
    await clock.advance(1000)
    expect(ended).to.deep.equal(['a', 'b', 'c'])
  })
})

describe('With lingerMs', () => {
  it('messages of several turns go in one request', async () => {
    const { client, clock, send } = await start({ lingerMs: 20 })
    const first = send('a')
    await clock.advance(10)
    const second = send('b')
    await settled()
    expect(client.sent).to.deep.equal([])
    await clock.advance(10)
    await Promise.all([first, second])
    expect(client.sent.map(({ batches }) => batches[0]?.ids)).to.deep.equal([['a', 'b']])
  })

  it('a full request does not wait', async () => {
    const { client, clock, send } = await start({ lingerMs: 20, batchSize: 2 })
    const published = [send('a'), send('b'), send('c')]
    await settled()
    expect(client.sent[0]?.batches[0]?.ids).to.deep.equal(['a', 'b'])
    await clock.advance(20)
    await Promise.all(published)
    expect(client.broker.ids()).to.deep.equal(['a', 'b', 'c'])
  })
})
