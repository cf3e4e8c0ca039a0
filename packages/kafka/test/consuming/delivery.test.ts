import type { GuloError, ReceivedMessage } from '@gulo/core'
import { KafkaFailure, type KafkaOptions, kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { FakeClient } from '../support/fake-client.js'
import { BatchTold, type FakeConsumer } from '../support/fake-consumer.js'
import { manualRuntime, settled } from '../support/manual-clock.js'
import { idOf, testOptions } from '../support/messages.js'

interface Handling {
  readonly id: string
  resolve(): void
  reject(error?: Error): void
}

async function start(options: Partial<KafkaOptions> = {}) {
  const client = new FakeClient()
  client.topics.set('t', [1])
  const { clock, runtime } = manualRuntime()
  const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client, ...options }))
  await transport.start()
  const deliveries: string[][] = []
  const handling = new Map<string, Handling>()
  const subscription = {
    group: 'g',
    action: 'test',
    routes: [{ topic: 't', types: ['x'] }],
    deliver(messages: readonly ReceivedMessage[]) {
      deliveries.push(messages.map(idOf))
      return messages.map(
        (message) =>
          new Promise<void>((resolve, reject) => {
            handling.set(idOf(message), {
              id: idOf(message),
              resolve,
              reject: (error = new Error('no')) => reject(error),
            })
          }),
      )
    },
  }
  const handle = await transport.subscribe(subscription)
  const consumer = client.consumers[0] as FakeConsumer
  const done = async (...ids: number[]) => {
    await settled()
    for (const id of ids) handling.get(String(id))?.resolve()
    await settled()
  }
  const refuse = async (id: number) => {
    await settled()
    handling.get(String(id))?.reject()
    await settled()
  }
  return { client, clock, consumer, deliveries, done, handle, refuse, told: new BatchTold(), transport }
}

describe('A batch that is being handled', () => {
  it('is committed as far as its first messages are handled without a gap, while it goes on', async () => {
    const { clock, consumer, done, told } = await start({ commitIntervalMs: 1000 })
    const handled = consumer.fetch('t', 10, 4, told)
    await done(10, 12)
    await clock.advance(1000)
    expect(told.committed).to.deep.equal(['11'])
    await done(11, 13)
    await handled
    expect(told.committed).to.deep.equal(['11', '14'])
    expect(told.resolved.at(-1)).to.equal('13')
  })

  it('keeps its member alive, however long it takes', async () => {
    const { clock, consumer, done, told } = await start({ heartbeatIntervalMs: 500 })
    const handled = consumer.fetch('t', 0, 1, told)
    await clock.advance(60_000)
    expect(told.beats).to.be.at.least(120)
    await done(0)
    await handled
    const beats = told.beats
    await clock.advance(60_000)
    expect(told.beats).to.equal(beats)
  })

  it('is handed over in chunks of deliverySize, the next when the last is done', async () => {
    const { consumer, deliveries, done } = await start({ deliverySize: 2 })
    const handled = consumer.fetch('t', 0, 3)
    await done(0)
    expect(deliveries).to.deep.equal([['0', '1']])
    await done(1)
    expect(deliveries).to.deep.equal([['0', '1'], ['2']])
    await done(2)
    await handled
  })

  it('has its last commit tried again when it fails', async () => {
    const { clock, consumer, done, told } = await start()
    told.commitErrors = [new KafkaFailure('not the coordinator', 16)]
    const handled = consumer.fetch('t', 0, 1, told)
    await done(0)
    await clock.advance(500)
    await handled
    expect(told.committed).to.deep.equal(['1'])
  })
})

describe('A rejected message', () => {
  it('is sought again after a pause, with those before it committed and those beside it waited for', async () => {
    const { clock, consumer, done, refuse, told } = await start({ redeliveryDelayMs: 1000 })
    const handled = consumer.fetch('t', 5, 4, told)
    await done(5)
    await refuse(6)
    await clock.advance(100)
    expect(consumer.calls).to.deep.equal([])
    await done(7, 8)
    await handled
    expect(told.committed).to.deep.equal(['6'])
    expect(consumer.calls).to.deep.equal(['pause t/0', 'seek t/0 to 6'])
    await clock.advance(1000)
    expect(consumer.calls.at(-1)).to.equal('resume t/0')
  })

  it('at the very start commits nothing', async () => {
    const { consumer, done, refuse, told } = await start()
    const handled = consumer.fetch('t', 5, 2, told)
    await done(6)
    await refuse(5)
    await handled
    expect(told.committed).to.deep.equal([])
    expect(consumer.calls).to.include('seek t/0 to 5')
  })

  it('stops the batch there: the next chunk is not handed over', async () => {
    const { consumer, deliveries, done, refuse } = await start({ deliverySize: 1 })
    const handled = consumer.fetch('t', 0, 3)
    await done(0)
    await refuse(1)
    await handled
    expect(deliveries).to.deep.equal([['0'], ['1']])
  })
})

describe('A deliver function that misbehaves', () => {
  it('by throwing has its messages delivered again, and nothing escapes to the client', async () => {
    const client = new FakeClient()
    client.topics.set('t', [1])
    const { runtime } = manualRuntime()
    const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client }))
    await transport.start()
    const deliver = () => {
      throw new Error('out of order')
    }
    await transport.subscribe({ group: 'g', action: 'test', routes: [{ topic: 't', types: [] }], deliver })
    await client.consumers[0]?.fetch('t', 3, 2)
    expect(client.consumers[0]?.calls).to.include('seek t/0 to 3')
  })

  it('by answering too few promises has the others delivered again', async () => {
    const client = new FakeClient()
    client.topics.set('t', [1])
    const { runtime } = manualRuntime()
    const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client }))
    await transport.start()
    await transport.subscribe({
      group: 'g',
      action: 'test',
      routes: [{ topic: 't', types: [] }],
      deliver: () => [Promise.resolve()],
    })
    await client.consumers[0]?.fetch('t', 3, 2)
    expect(client.consumers[0]?.calls).to.include('seek t/0 to 4')
  })
})

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

  it('the same partition is not delivered again before that is done', async () => {
    const { clock, consumer, deliveries, done, told } = await start()
    told.beatError = new KafkaFailure('rebalancing', 27)
    const handled = consumer.fetch('t', 0, 1, told)
    await clock.advance(40_000)
    await handled
    const again = consumer.fetch('t', 0, 1)
    await settled()
    expect(deliveries).to.have.length(1)
    await done(0)
    expect(deliveries).to.have.length(2)
    await done(0)
    await again
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
