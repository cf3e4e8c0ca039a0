import { createServer } from 'node:net'
import type { GuloError } from '@gulo/core'
import { kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { describeEachClient, describeWithEachClient, starterOf } from '../support/clients.js'
import { envelope, subscriptionOf, testOptions } from '../support/messages.js'
import { unique } from '../support/real-kafka.js'
import { failureOf } from '../support/rejections.js'

describeEachClient('Brokers that cannot be reached', (client) => {
  it('make start fail at its deadline, with their names and the reason', async () => {
    // librdkafka says why only after a while.
    const startDeadlineMs = client.client === undefined ? 600 : 5000
    const transport = kafka(testOptions(['127.0.0.1:1'], { ...client, connectTimeoutMs: 1000, startDeadlineMs }))
    const error = await failureOf(transport.start())
    expect([error.code, error.retryable]).to.deep.equal(['KAFKA_UNREACHABLE', true])
    expect(error.message).to.match(
      /No broker of 127\.0\.0\.1:1 answered within \d+ ms: .*(ECONNREFUSED|Connection refused)/,
    )
    expect((await transport.health()).status).to.equal('down')
    await transport.stop()
  }).timeout(20_000)

  it('make start fail at its deadline when they accept and never answer', async () => {
    const sockets: { destroy(): void }[] = []
    const silent = createServer((socket) => void sockets.push(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const transport = kafka(testOptions([`127.0.0.1:${port}`], { ...client, startDeadlineMs: 500 }))
    expect((await failureOf(transport.start())).code).to.equal('KAFKA_UNREACHABLE')
    await transport.stop()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => silent.close(resolve))
  }).timeout(20_000)
})

describeWithEachClient('Bad input on a real broker', (brokers, client) => {
  const startKafka = starterOf(client)

  it('fails a publication to a missing topic that may not be created', async () => {
    const transport = await startKafka(brokers, { ensureTopics: { create: false } })
    const topic = unique('missing')
    const error = await failureOf(transport.publish([envelope(topic, 'a')]))
    await transport.stop()
    expect(error.code).to.equal('KAFKA_PUBLISH_FAILED')
    expect(error.message).to.include(`The topic ${topic} does not exist.`)
  })

  it('fails a subscription to a missing topic that may not be created', async () => {
    const transport = await startKafka(brokers, { ensureTopics: { create: false } })
    const error = await failureOf(
      transport.subscribe(subscriptionOf(unique('missing'), unique('group'), () => undefined)),
    )
    await transport.stop()
    expect(error.code).to.equal('KAFKA_TOPIC_MISSING')
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

  it('fails a message for a partition that there is not', async () => {
    const transport = await startKafka(brokers, { ensureTopics: { partitions: 2 } })
    const topic = unique('partitions')
    const results = await Promise.allSettled(
      [0, 1, 2, -1].map((partition) => transport.publish([envelope(topic, 'a', undefined, { partition })])),
    )
    await transport.stop()
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled', 'rejected', 'rejected'])
    const error = (results[2] as PromiseRejectedResult).reason as GuloError
    expect(error.retryable).to.equal(false)
    expect(error.message).to.include(`The topic ${topic} has 2 partitions, so there is no partition 2`)
  })

  it('fails a subscription without a group', async () => {
    const transport = await startKafka(brokers)
    for (const group of ['', undefined as never]) {
      const error = await failureOf(transport.subscribe(subscriptionOf(unique('topic'), group, () => undefined)))
      expect([error.code, error.retryable]).to.deep.equal(['GULO_SUBSCRIPTION_INVALID', false])
      expect(error.message).to.include('it has no group')
    }
    await transport.stop()
  })

  it('fails a second start, and everything before the first and after stop', async () => {
    const transport = kafka(testOptions(brokers, client))
    const topic = unique('order')
    const codeOf = async (promise: Promise<unknown>) => (await failureOf(promise)).code
    const subscribe = () => transport.subscribe(subscriptionOf(topic, unique('group'), () => undefined))
    const publish = () => transport.publish([envelope(topic, 'a')])
    expect(await codeOf(subscribe())).to.equal('GULO_NOT_STARTED')
    expect(await codeOf(publish())).to.equal('GULO_NOT_STARTED')
    await transport.start()
    expect(await codeOf(transport.start())).to.equal('GULO_ALREADY_STARTED')
    await publish()
    await transport.stop()
    expect(await codeOf(publish())).to.equal('GULO_STOPPED')
    expect(await codeOf(subscribe())).to.equal('GULO_STOPPED')
    expect(await codeOf(transport.start())).to.equal('GULO_STOPPED')
    expect((await transport.health()).status).to.equal('down')
  })
})
