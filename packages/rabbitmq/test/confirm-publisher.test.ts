import { createRuntime } from '@gulo/core'
import type { Options } from 'amqplib'
import { expect } from 'chai'
// What the transport lets through makes no broker close the channel, so the publisher is tried by itself.
import { Link } from '../dist/connection/link.js'
import { Declarer } from '../dist/declaring/declarer.js'
import { ConfirmPublisher } from '../dist/publishing/confirm-publisher.js'
import { describeWithBroker } from './support/broker.js'
import { Scene } from './support/scene.js'

describeWithBroker('The publisher of RabbitMQ', (url) => {
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const runtime = createRuntime()
  let scene: Scene
  let link: Link
  let publisher: ConfirmPublisher
  beforeEach(async () => {
    scene = new Scene(url)
    const times = { connectTimeoutMs: 1000, startDeadlineMs: 2000, heartbeatSeconds: 10 }
    const pauses = { initialDelayMs: 10, maxDelayMs: 20 }
    link = new Link({ urls: [url], tls: {}, connectionName: 'tests', ...times, ...pauses, runtime, logger })
    const declarer = new Declarer('create')
    const rules = { unroutable: 'fail', topology: 'create', repairMs: 50, repair: () => undefined } as const
    publisher = new ConfirmPublisher(link, declarer, { ...rules, publishDeadlineMs: 4000, runtime, logger })
    await link.open()
    await publisher.start()
  })
  afterEach(async () => {
    await publisher.close()
    await link.close(1000)
    await scene.close()
  })

  /** An exchange that routes by the header `to`, with a queue for `here`. */
  const declare = () =>
    scene.atBroker(async (channel) => {
      await channel.assertExchange(scene.domain, 'headers')
      await channel.assertQueue(scene.queue)
      await channel.bindQueue(scene.queue, scene.domain, '', { to: 'here' })
    })
  const message = (properties: Options.Publish) => ({
    exchange: scene.domain,
    routingKey: scene.type,
    parked: false,
    need: 'nothing',
    topology: { exchanges: [], queues: [], bindings: [] },
    body: Buffer.from('x'),
    properties: { mandatory: true, headers: { to: 'here' }, ...properties },
  })

  it('finds out over which message the broker closes the channel, and stores those sent with it', async () => {
    await declare()
    const messages = ['a', 'b', 'c', 'd', 'e'].map((messageId) => {
      return message({ messageId, ...(messageId === 'c' ? { userId: 'somebody else' } : {}) })
    })
    const outcomes = await publisher.store(messages)
    const codes = outcomes.map((outcome) => outcome?.code)
    expect(codes).to.deep.equal([undefined, undefined, 'RABBITMQ_REJECTED', undefined, undefined])
    expect(outcomes[2]).to.include({ retryable: false })
    expect(outcomes[2]?.message).to.include('somebody else')
  })

  it('tells a message that had no queue from others on the same way', async () => {
    await declare()
    const messages = ['a', 'b', 'c'].map((messageId) => {
      return message({ messageId, ...(messageId === 'b' ? { headers: { to: 'nowhere' } } : {}) })
    })
    const codes = (await publisher.store(messages)).map((outcome) => outcome?.code)
    expect(codes).to.deep.equal([undefined, 'RABBITMQ_UNROUTABLE', undefined])
  })

  it('fails a message that the broker does not take', async () => {
    await scene.atBroker(async (channel) => {
      await channel.assertExchange(scene.domain, 'headers')
      await channel.assertQueue(scene.queue, { maxLength: 1, overflow: 'reject-publish' })
      await channel.bindQueue(scene.queue, scene.domain, '', { to: 'here' })
    })
    await publisher.store([message({ messageId: 'a' })])
    const [outcome] = await publisher.store([message({ messageId: 'b' })])
    expect(outcome).to.include({ code: 'RABBITMQ_NACKED', retryable: true })
  })
})
