import type { GuloError } from '@gulo/core'
import { type KafkaOptions, kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { FakeClient } from '../support/fake-client.js'
import { manualRuntime } from '../support/manual-clock.js'
import { envelope, testOptions } from '../support/messages.js'

async function start(options: Partial<KafkaOptions> = {}) {
  const client = new FakeClient()
  const { clock, runtime } = manualRuntime()
  const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client, ...options }))
  await transport.start()
  return { client, clock, transport }
}

const failureOf = (promise: Promise<unknown>): Promise<GuloError> =>
  promise.then(
    () => expect.fail('it resolved'),
    (error) => error,
  )

describe('Publishing to a topic that does not exist', () => {
  it('creates it as ensureTopics says', async () => {
    const { client, clock, transport } = await start({ ensureTopics: { partitions: 3 } })
    await Promise.all([transport.publish([envelope('new', 'a', 'k')]), clock.advance(1000)])
    expect([client.created, client.topics.get('new')?.length]).to.deep.equal([['new'], 3])
  })

  it('keeps the order of calls that came while it was looked up', async () => {
    const { client, clock, transport } = await start()
    const published = ['a', 'b', 'c'].map((id) => transport.publish([envelope('new', id, 'k')]))
    await clock.advance(1000)
    await Promise.all(published)
    expect(client.broker.ids('new/0')).to.deep.equal(['a', 'b', 'c'])
  })

  it('fails with the name of the topic where creation is off, and holds no other topic up', async () => {
    const { client, clock, transport } = await start({ ensureTopics: { create: false } })
    client.topics.set('there', [1])
    const failure = failureOf(transport.publish([envelope('missing', 'a')]))
    const other = transport.publish([envelope('there', 'b')])
    await clock.advance(2000)
    await other
    const error = await failure
    expect([error.code, error.retryable]).to.deep.equal(['KAFKA_PUBLISH_FAILED', true])
    expect(error.message).to.include('The topic missing does not exist.')
  })
})

describe('A topic that is deleted while messages for it are under way', () => {
  it('fails them, and the next messages of other topics go on a producer that never knew it', async () => {
    const { client, clock, transport } = await start({ ensureTopics: { create: false } })
    client.topics.set('gone', [1])
    client.topics.set('there', [1])
    client.script = ({ batches }) => (batches.some(({ name }) => name === 'gone/0') ? { code: 3 } : undefined)
    const failure = failureOf(transport.publish([envelope('gone', 'a')]))
    await clock.advance(10)
    client.topics.delete('gone')
    await clock.advance(5000)
    expect((await failure).message).to.include('The topic gone does not exist.')
    await transport.publish([envelope('there', 'b')])
    expect(client.sent.at(-1)?.session).to.equal(2)
  })

  it('does not poison another topic for longer than a few tries', async () => {
    const { client, clock, transport } = await start({ ensureTopics: { create: false } })
    client.topics.set('there', [1])
    client.script = ({ session }) => (session === 1 ? { code: 3 } : undefined)
    const sent = transport.publish([envelope('there', 'b')])
    await clock.advance(5000)
    await sent
    expect(client.sent.at(-1)?.session).to.equal(2)
  })
})

describe('A message that cannot be sent as it is', () => {
  it('fails alone when its partition does not exist', async () => {
    const { client, transport } = await start()
    client.topics.set('t', [1])
    const [good, bad] = [envelope('t', 'a'), envelope('t', 'b', 'k', { partition: 9 })]
    const error = await failureOf(transport.publish([good, bad]))
    expect([error.retryable, error.details['unsent']]).to.deep.equal([false, [bad]])
    expect(client.broker.ids('t/0')).to.deep.equal(['a'])
  })

  it('fails alone when the codec refuses it', async () => {
    const { client, transport } = await start()
    client.topics.set('t', [1])
    const ring: { self?: unknown } = {}
    ring.self = ring
    const bad = envelope('t', 'b', 'k', { payload: ring })
    const error = await failureOf(transport.publish([envelope('t', 'a'), bad]))
    expect(error.details['unsent']).to.deep.equal([bad])
    expect(client.broker.ids('t/0')).to.deep.equal(['a'])
  })

  it('says of each why it failed, in the order they were handed in', async () => {
    const { client, transport } = await start()
    client.topics.set('t', [1])
    const ring: { self?: unknown } = {}
    ring.self = ring
    const [lost, bad] = [envelope('t', 'a', 'k', { partition: 9 }), envelope('t', 'b', 'k', { payload: ring })]
    const error = await failureOf(transport.publish([lost, envelope('t', 'c'), bad]))
    expect((error.details['unsent'] as { id: string }[]).map(({ id }) => id)).to.deep.equal(['a', 'b'])
    const [missing, unwritable] = error.details['failures'] as unknown[]
    expect(missing).to.have.property('code', 'KAFKA_PARTITION_MISSING')
    expect(unwritable).to.be.instanceOf(TypeError)
  })
})

describe('Stopping the transport', () => {
  it('waits for what is being published', async () => {
    const { client, clock, transport } = await start()
    client.topics.set('t', [1])
    client.script = (_, number) => (number === 1 ? { lost: 'before' } : undefined)
    const sent = transport.publish([envelope('t', 'a')])
    const stopped = transport.stop({ deadlineMs: 5000 })
    await clock.advance(6000)
    await Promise.all([sent, stopped])
    expect(client.broker.ids('t/0')).to.deep.equal(['a'])
  })

  it('gives up at its deadline, and says what is unsent', async () => {
    const { client, clock, transport } = await start()
    client.topics.set('t', [1])
    client.script = () => ({ lost: 'forever' })
    const message = envelope('t', 'a')
    const failure = failureOf(transport.publish([message]))
    const stopped = transport.stop({ deadlineMs: 500 })
    await clock.advance(600)
    await stopped
    const error = await failure
    expect([error.retryable, error.details['unsent']]).to.deep.equal([true, [message]])
    expect(client.sessions[0]?.destroyed).to.equal(true)
  })

  it('makes every later call fail', async () => {
    const { transport } = await start()
    await transport.stop()
    expect((await failureOf(transport.publish([envelope('t', 'a')]))).code).to.equal('GULO_STOPPED')
    expect((await failureOf(transport.start())).code).to.equal('GULO_STOPPED')
  })
})
