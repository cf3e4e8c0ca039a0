import { createServer, type Socket } from 'node:net'
import type { GuloError } from '@gulo/core'
import { kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { describeWithConfluent, starterOf } from '../support/clients.js'
import { envelope, subscriptionOf, testOptions } from '../support/messages.js'
import { unique } from '../support/real-kafka.js'

const failureOf = (promise: Promise<unknown>): Promise<GuloError> =>
  promise.then(
    () => expect.fail('it resolved'),
    (error) => error,
  )

describeWithConfluent('Bad input on a real broker', (brokers, client) => {
  const startKafka = starterOf(client)

  it('fails the start at its deadline where nobody listens, with the reason', async () => {
    const transport = kafka(testOptions(['127.0.0.1:1'], { ...client, connectTimeoutMs: 1000, startDeadlineMs: 5000 }))
    const error = await failureOf(transport.start())
    await transport.stop()
    expect([error.code, error.retryable]).to.deep.equal(['KAFKA_UNREACHABLE', true])
    expect(error.message).to.match(/127\.0\.0\.1:1 .*Connection refused/)
  }).timeout(20_000)

  it('fails the start at its deadline where somebody listens and never answers', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => void sockets.push(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const transport = kafka(testOptions([`127.0.0.1:${port}`], { ...client, startDeadlineMs: 500 }))
    const error = await failureOf(transport.start())
    await transport.stop()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => silent.close(resolve))
    expect(error.code).to.equal('KAFKA_UNREACHABLE')
  }).timeout(20_000)

  it('fails publications and subscriptions to a topic that may not be created', async () => {
    const transport = await startKafka(brokers, { ensureTopics: { create: false } })
    const topic = unique('missing')
    const published = await failureOf(transport.publish([envelope(topic, 'a')]))
    const subscribed = await failureOf(transport.subscribe(subscriptionOf(topic, unique('group'), () => undefined)))
    await transport.stop()
    expect([published.code, subscribed.code]).to.deep.equal(['KAFKA_PUBLISH_FAILED', 'KAFKA_TOPIC_MISSING'])
  })

  it('fails a message that is too large, and stores those beside it', async () => {
    const transport = await startKafka(brokers)
    const topic = unique('large')
    const huge = envelope(topic, 'huge', 'one', { payload: 'x'.repeat(1_500_000) })
    const results = await Promise.allSettled([
      transport.publish([envelope(topic, 'a', 'one')]),
      transport.publish([huge]),
      transport.publish([envelope(topic, 'b', 'one')]),
    ])
    await transport.stop()
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled'])
    const error = (results[1] as PromiseRejectedResult).reason as GuloError
    expect([error.code, error.retryable, error.details['unsent']]).to.deep.equal([
      'KAFKA_PUBLISH_FAILED',
      false,
      [huge],
    ])
  })

  it('fails a topic whose name Kafka does not allow', async () => {
    const transport = await startKafka(brokers)
    const error = await failureOf(transport.publish([envelope('no spaces allowed', 'a')]))
    await transport.stop()
    expect([error.code, error.retryable]).to.deep.equal(['KAFKA_PUBLISH_FAILED', false])
  })

  it('fails a member whose group is read by kafkajs', async () => {
    const [topic, group] = [unique('mixed'), unique('group')]
    const first = kafka(testOptions(brokers))
    await first.start()
    await first.subscribe(subscriptionOf(topic, group, () => undefined))
    const second = await startKafka(brokers, { startDeadlineMs: 3000 })
    const error = await failureOf(second.subscribe(subscriptionOf(topic, group, () => undefined)))
    await second.stop()
    await first.stop()
    expect(error.code).to.equal('KAFKA_SUBSCRIBE_FAILED')
    expect(error.message).to.match(/inconsistent group protocol/i)
  }).timeout(20_000)
})
