import type { GuloError } from '@gulo/core'
import { KafkaFailure, kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { FakeClient } from '../support/fake-client.js'
import { manualRuntime, settled } from '../support/manual-clock.js'
import { testOptions } from '../support/messages.js'
import { startDelivery as start } from '../support/scripted-delivery.js'

describe('A consumer that crashes', () => {
  it('is replaced by a new one after a pause, and the transport says so meanwhile', async () => {
    const { client, clock, consumer, transport } = await start()
    consumer.crash()
    const meanwhile = await transport.health()
    await clock.advance(1000)
    expect([meanwhile.status, meanwhile.detail]).to.deep.equal(['degraded', 'group g crashed: crashed on purpose'])
    expect(client.consumers).to.have.length(2)
    expect(consumer.destroyed).to.equal(true)
    expect((await transport.health()).status).to.equal('up')
  })

  it('is not replaced once its subscription is closed', async () => {
    const { client, clock, consumer, handle } = await start()
    await handle.close()
    consumer.crash()
    await clock.advance(60_000)
    expect(client.consumers).to.have.length(1)
  })
})

describe('A subscription that is closed while it waits to join again', () => {
  it('stays closed', async () => {
    const { client, clock, consumer, handle } = await start()
    consumer.crash()
    await handle.close()
    await clock.advance(60_000)
    expect(client.consumers).to.have.length(1)
  })
})

describe('A consumer that has gone silent', () => {
  it('is reported', async () => {
    const { clock, transport } = await start({ sessionTimeoutMs: 6000 })
    await clock.advance(7000)
    expect((await transport.health()).detail).to.equal('group g has not fetched for 7000 ms')
  })

  it('is replaced by a new one after restartAfterSilenceMs, and the log says so', async () => {
    const told: string[] = []
    const logger = { info: () => undefined, warn: (text: string) => void told.push(text), error: () => undefined }
    const { client, clock, consumer } = await start({ restartAfterSilenceMs: 60_000, logger })
    await clock.advance(45_000)
    expect(client.consumers).to.have.length(1)
    await clock.advance(31_000)
    expect([client.consumers.length, consumer.destroyed]).to.deep.equal([2, true])
    expect(told).to.deep.equal(['the Kafka group g is joined again: nothing was heard of its consumer for 60000 ms'])
  })

  it('is not replaced while it gives signs of life', async () => {
    const { client, clock, consumer } = await start({ restartAfterSilenceMs: 60_000 })
    for (let turn = 0; turn < 10; turn++) {
      await clock.advance(30_000)
      consumer.spec.onEvent({ kind: 'fetched', node: 1 })
    }
    expect(client.consumers).to.have.length(1)
  })
})

describe('A consumer that never joins again after a rebalance', () => {
  it('is replaced, though it goes on fetching', async () => {
    const { client, clock, consumer } = await start({ restartAfterSilenceMs: 60_000 })
    consumer.rebalance()
    for (let turn = 0; turn < 10; turn++) {
      await clock.advance(10_000)
      consumer.spec.onEvent({ kind: 'fetched', node: 1 })
    }
    expect(client.consumers).to.have.length(2)
  })
})

describe('Closing a subscription', () => {
  it('waits for what is in flight, commits it, and hands nothing more over', async () => {
    const { consumer, deliveries, done, handle, told } = await start({ deliverySize: 1 })
    const handled = consumer.fetch('t', 0, 2, told)
    await settled()
    const closed = handle.close()
    await done(0)
    await Promise.all([handled, closed])
    expect(told.committed).to.deep.equal(['1'])
    expect(deliveries).to.deep.equal([['0']])
    expect(consumer.calls).to.include('stop')
  })

  it('waits for a slow message that the client was no longer held up by, and commits it', async () => {
    const { clock, consumer, done, handle, told } = await start({ slowHandlerMs: 100 })
    const handled = consumer.fetch('t', 0, 1, told)
    await clock.advance(500)
    await handled
    const closed = handle.close()
    await settled()
    expect(consumer.calls).to.deep.equal([])
    await done(0)
    await closed
    expect(told.committed).to.deep.equal(['1'])
    expect(consumer.calls).to.deep.equal(['stop'])
  })

  it('has batches that come meanwhile neither handed out nor passed over', async () => {
    const { clock, consumer, deliveries, done, handle, told } = await start({ slowHandlerMs: 100 })
    void consumer.fetch('t', 0, 1, told)
    await clock.advance(500)
    const closed = handle.close()
    const late = consumer.fetch('t', 1, 1, told)
    const elsewhere = consumer.fetch('t', 0, 1, told, 1)
    await done(0)
    await Promise.all([closed, late, elsewhere])
    expect([deliveries, told.resolved, told.committed]).to.deep.equal([[['0']], ['0'], ['1']])
  })

  it('leaves what is in flight at its deadline, uncommitted', async () => {
    const { clock, consumer, done, handle, told } = await start()
    void consumer.fetch('t', 0, 2, told)
    await done(0)
    const closed = handle.close({ deadlineMs: 500 })
    await clock.advance(5000)
    await closed
    expect(told.committed).to.deep.equal(['1'])
    expect(consumer.destroyed).to.equal(true)
  })
})

describe('Subscribing', () => {
  const failureOf = (promise: Promise<unknown>): Promise<GuloError> =>
    promise.then(
      () => expect.fail('it resolved'),
      (error) => error,
    )
  const subscription = { group: 'g', action: 'test', routes: [{ topic: 't', types: [] }], deliver: () => [] }

  it('is refused before the transport is started, and without group or topics', async () => {
    const transport = kafka(testOptions(['localhost:9092'], { client: () => new FakeClient() }))
    expect((await failureOf(transport.subscribe(subscription))).code).to.equal('GULO_NOT_STARTED')
    await transport.start()
    expect((await failureOf(transport.subscribe({ ...subscription, group: '' }))).code).to.equal(
      'GULO_SUBSCRIPTION_INVALID',
    )
    expect((await failureOf(transport.subscribe({ ...subscription, routes: [] }))).code).to.equal(
      'GULO_SUBSCRIPTION_INVALID',
    )
    await transport.stop()
  })

  it('fails at once when the broker will never agree', async () => {
    const client = new FakeClient()
    client.topics.set('t', [1])
    const { runtime } = manualRuntime()
    const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client }))
    await transport.start()
    const create = client.createConsumer.bind(client)
    client.createConsumer = (spec) =>
      Object.assign(create(spec), { runError: new KafkaFailure('session too short', 26) })
    const error = await failureOf(transport.subscribe(subscription))
    expect([error.code, error.retryable]).to.deep.equal(['KAFKA_REFUSED', false])
  })

  it('waits for the group, and fails at the start deadline with the last reason', async () => {
    const client = new FakeClient()
    client.topics.set('t', [1])
    const { clock, runtime } = manualRuntime()
    const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client, startDeadlineMs: 2000 }))
    await transport.start()
    const create = client.createConsumer.bind(client)
    client.createConsumer = (spec) =>
      Object.assign(create(spec), { runError: new KafkaFailure('coordinator is loading', 14) })
    const failure = failureOf(transport.subscribe(subscription))
    await clock.advance(10_000)
    const error = await failure
    expect(error.code).to.equal('KAFKA_SUBSCRIBE_FAILED')
    expect(error.message).to.include('within 2000 ms: coordinator is loading')
  })
})
