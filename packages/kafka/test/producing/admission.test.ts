import { KafkaFailure, kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { FakeClient } from '../support/fake-client.js'
import { manualRuntime } from '../support/manual-clock.js'
import { envelope, testOptions } from '../support/messages.js'
import { failureOf } from '../support/rejections.js'

const BARRED = new KafkaFailure('Cluster authorization failed', 31)

async function start() {
  const client = new FakeClient()
  client.topics.set('t', [1])
  client.connectScript = () => BARRED
  const { clock, runtime } = manualRuntime()
  const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client }))
  await transport.start()
  const send = (id: string) => transport.publish([envelope('t', id, 'k', { partition: 0 })])
  return { client, clock, transport, send }
}

describe('A client that has no right to publish', () => {
  it('starts, is well, and is refused what it publishes, not retryable', async () => {
    const { transport, send } = await start()
    expect(await transport.health()).to.deep.equal({ status: 'up' })
    const error = await failureOf(send('a'))
    expect([error.code, error.retryable]).to.deep.equal(['KAFKA_PUBLISH_FAILED', false])
    expect(error.message).to.match(/Cluster authorization failed/)
  })

  it('asks once for publications that come together, and stores them in order once it may', async () => {
    const { client, send } = await start()
    client.connectScript = () => undefined
    const asked = client.sessions.length
    await Promise.all(['a', 'b', 'c'].map(send))
    await Promise.all(['d', 'e'].map(send))
    expect(client.sessions.length - asked).to.equal(1)
    expect(client.broker.ids()).to.deep.equal(['a', 'b', 'c', 'd', 'e'])
  })

  it('may try again what was lost to the network while it asked', async () => {
    const { client, send } = await start()
    client.connectScript = () => new KafkaFailure('Closed connection', undefined)
    const error = await failureOf(send('a'))
    expect([error.code, error.retryable]).to.deep.equal(['KAFKA_PUBLISH_FAILED', true])
  })

  it('leaves nothing waiting for ever when it stops while it asks', async () => {
    const { client, transport, send } = await start()
    let connected = () => undefined as void
    const create = client.createProducer.bind(client)
    client.createProducer = () =>
      Object.assign(create(), { connect: () => new Promise<void>((resolve) => (connected = resolve)) })
    const sent = failureOf(send('a'))
    await transport.stop({ deadlineMs: 0 })
    connected()
    const { code, message } = await sent
    expect([code, /was stopped/.test(message)]).to.deep.equal(['KAFKA_PUBLISH_FAILED', true])
    expect(client.sessions.at(-1)?.destroyed).to.equal(true)
  })
})

describe('A client that is refused for another reason', () => {
  it('does not start', async () => {
    const client = new FakeClient()
    client.connectScript = () => new KafkaFailure('Authentication failed', 58)
    const transport = kafka(testOptions(['localhost:9092'], { client: () => client }))
    expect((await failureOf(transport.start())).code).to.equal('KAFKA_REFUSED')
  })
})
