import { GuloError } from '@gulo/core'
import { type KafkaOptions, kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { FakeClient } from '../support/fake-client.js'
import { manualRuntime, settled } from '../support/manual-clock.js'
import { envelope, testOptions } from '../support/messages.js'

async function start(options: Partial<KafkaOptions> = {}) {
  const client = new FakeClient()
  client.topics.set('t', [1, 1])
  const { clock, runtime } = manualRuntime()
  const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client, ...options }))
  await transport.start()
  return { client, clock, transport }
}

/** Answers the last partition there is, so that a test sees how many the producer counts. */
const last = (_: string, __: string | undefined, partitions: number) => partitions - 1

const failureOf = (promise: Promise<unknown>): Promise<GuloError> =>
  promise.then(
    () => expect.fail('it resolved'),
    (error) => error,
  )

describe('A message whose partition cannot be chosen', () => {
  it('fails alone and is not retryable', async () => {
    const choose = (_: string, key: string | undefined) => (key === 'bad' ? 9 : 0)
    const { client, transport } = await start({ partitioner: choose })
    const [good, bad] = [envelope('t', 'a', 'good'), envelope('t', 'b', 'bad')]
    const { retryable, details } = await failureOf(transport.publish([good, bad]))
    const [cause] = details['failures'] as unknown[]
    expect([retryable, details['unsent']]).to.deep.equal([false, [bad]])
    expect(GuloError.is(cause, 'KAFKA_PARTITIONER_FAILED')).to.equal(true)
    expect(client.broker.ids()).to.deep.equal(['a'])
  })

  it('goes where its envelope says, whatever the partitioner', async () => {
    const { client, transport } = await start({ partitioner: 'explicit' })
    await transport.publish([envelope('t', 'a', 'key', { partition: 1 })])
    expect(client.broker.ids('t/1')).to.deep.equal(['a'])
    const { details } = await failureOf(transport.publish([envelope('t', 'b', 'key')]))
    expect((details['failures'] as GuloError[])[0]?.code).to.equal('KAFKA_PARTITION_UNNAMED')
  })
})

describe('A transport that publishes in turn', () => {
  it('promises no order by key', async () => {
    const { transport } = await start({ partitioner: 'round-robin' })
    expect(transport.facts.orderedByKey).to.equal(false)
    expect((await start()).transport.facts.orderedByKey).to.equal(true)
  })
})

describe('Partitions that are added to a topic in use', () => {
  it('are used from the first message after metadataRefreshMs on, and not before', async () => {
    const { client, clock, transport } = await start({ partitioner: last, metadataRefreshMs: 1000 })
    await transport.publish([envelope('t', 'a')])
    client.topics.set('t', [1, 1, 1, 1])
    await clock.advance(999)
    await transport.publish([envelope('t', 'b')])
    await clock.advance(1)
    // this one only finds out
    await transport.publish([envelope('t', 'c')])
    await settled()
    await transport.publish([envelope('t', 'd')])
    expect(client.broker.ids('t/1')).to.deep.equal(['a', 'b', 'c'])
    expect(client.broker.ids('t/3')).to.deep.equal(['d'])
  })

  it('are not used because a leader was looked for', async () => {
    const { client, clock, transport } = await start({ partitioner: last })
    await transport.publish([envelope('t', 'a')])
    client.topics.set('t', [1, 1, 1])
    client.script = (_, number) => (number === 2 ? { code: 6 } : undefined)
    await Promise.all([transport.publish([envelope('t', 'b')]), clock.advance(1000)])
    await transport.publish([envelope('t', 'c')])
    expect(client.broker.ids('t/1')).to.deep.equal(['a', 'b', 'c'])
  })

  it('do not move a batch that is under way', async () => {
    const { client, clock, transport } = await start({ partitioner: last, metadataRefreshMs: 100 })
    await transport.publish([envelope('t', 'a')])
    client.script = (_, number) => (number <= 4 ? { lost: 'before' } : undefined)
    const sent = transport.publish([envelope('t', 'b')])
    await settled()
    client.topics.set('t', [1, 1, 1])
    await clock.advance(200)
    const later = transport.publish([envelope('t', 'c')])
    await clock.advance(5000)
    await Promise.all([sent, later])
    await transport.publish([envelope('t', 'd')])
    expect(client.broker.ids('t/1')).to.include('b')
    expect(client.broker.ids('t/2')).to.include('d')
  })

  it('can be named by an envelope at once', async () => {
    const { client, transport } = await start()
    await transport.publish([envelope('t', 'a')])
    client.topics.set('t', [1, 1, 1])
    await transport.publish([envelope('t', 'b', 'k', { partition: 2 })])
    expect(client.broker.ids('t/2')).to.deep.equal(['b'])
  })
})

describe('A publication that failed for several reasons', () => {
  it('is retryable only if all of them are', async () => {
    const { client, clock, transport } = await start({ publishDeadlineMs: 1000 })
    client.script = ({ session }) => (session === 1 ? { lost: 'forever' } : undefined)
    const both = failureOf(
      transport.publish([envelope('t', 'late', 'k'), envelope('t', 'wrong', 'k', { partition: 9 })]),
    )
    await clock.advance(1000)
    const { retryable, details } = await both
    expect(retryable).to.equal(false)
    expect((details['failures'] as GuloError[]).map((each) => each.retryable)).to.deep.equal([true, false])
  })
})
