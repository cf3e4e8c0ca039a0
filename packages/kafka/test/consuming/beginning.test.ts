import type { TransportSubscription } from '@gulo/core'
import { type KafkaOptions, kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { FakeClient } from '../support/fake-client.js'
import type { FakeConsumer } from '../support/fake-consumer.js'
import { manualRuntime, settled } from '../support/manual-clock.js'
import { testOptions } from '../support/messages.js'

async function start(more: Partial<TransportSubscription>, options: Partial<KafkaOptions> = {}) {
  const client = new FakeClient()
  client.topics.set('t', [1, 1])
  client.ends.set('t/0', 7)
  client.ends.set('t/1', 9)
  const { clock, runtime } = manualRuntime()
  const transport = kafka(testOptions(['localhost:9092'], { runtime, client: () => client, ...options }))
  await transport.start()
  let ready = false
  const subscribe = (leads = true) => {
    const create = client.createConsumer.bind(client)
    client.createConsumer = (spec) => Object.assign(create(spec), { leads })
    const subscription = { group: 'g', action: 'test', routes: [{ topic: 't', types: [] }], deliver: () => [], ...more }
    const handle = transport.subscribe(subscription)
    handle.then(
      () => {
        ready = true
      },
      () => undefined,
    )
    return handle
  }
  const latest = () => client.consumers.at(-1) as FakeConsumer
  return { client, clock, latest, subscribe, transport, isReady: () => ready }
}

describe('A member that speaks for its group', () => {
  it('stores where every partition begins before it fetches any', async () => {
    const { client, latest, subscribe } = await start({ startAt: 'latest' })
    await subscribe()
    expect([...client.positions]).to.deep.equal([
      ['t/0', '7'],
      ['t/1', '9'],
    ])
    expect(latest().calls).to.deep.equal([
      'pause t/0',
      'pause t/1',
      'seek t/0 to 7',
      'seek t/1 to 9',
      'resume t/0',
      'resume t/1',
    ])
  })

  it('never moves a position that is there', async () => {
    const { client, subscribe } = await start({ startAt: 'latest' })
    client.positions.set('t/0', '3')
    client.positions.set('t/1', '4')
    await subscribe()
    expect([...client.positions.values()]).to.deep.equal(['3', '4'])
  })

  it('lets a partition that was added later begin with its first message', async () => {
    const { client, subscribe } = await start({ startAt: 'latest' })
    client.positions.set('t/0', '3')
    await subscribe()
    expect([...client.positions.values()]).to.deep.equal(['3', '0'])
  })

  it('takes the offsets that are given, and for other partitions what the transport is set to', async () => {
    const offsets = [{ topic: 't', partition: 1, offset: '4' }]
    const { client, subscribe } = await start({ startAt: { offsets } }, { autoOffsetReset: 'latest' })
    await subscribe()
    expect(Object.fromEntries(client.positions)).to.deep.equal({ 't/0': '7', 't/1': '4' })
  })

  it('looks whether what it stored is there, and stores it again', async () => {
    const { client, clock, latest, subscribe, isReady } = await start({ startAt: 'latest' })
    const create = client.createConsumer.bind(client)
    let lost = 1
    client.createConsumer = (spec) => {
      const consumer = create(spec)
      const commit = consumer.commit.bind(consumer)
      return Object.assign(consumer, {
        commit: async (positions: Parameters<typeof commit>[0]) => {
          lost -= 1
          if (lost < 0) await commit(positions)
        },
      })
    }
    void subscribe()
    await clock.advance(50)
    expect([isReady(), latest().calls.includes('resume t/0')]).to.deep.equal([false, false])
    await clock.advance(200)
    expect(isReady()).to.equal(true)
    expect(client.positions.get('t/1')).to.equal('9')
  })

  it('refuses offsets that the partition does not have', async () => {
    const { subscribe } = await start({ startAt: { offsets: [{ topic: 't', partition: 1, offset: '10' }] } })
    const error = await subscribe().catch((reason) => reason)
    expect([error.code, error.message]).to.include('GULO_SUBSCRIPTION_INVALID')
    expect(error.message).to.include('t/1 ends at offset 9, before 10')
  })
})

describe('A member that does not speak for its group', () => {
  it('waits until the partitions it was given have a position', async () => {
    const { client, clock, latest, subscribe, isReady } = await start({ startAt: 'latest' })
    void subscribe(false)
    await clock.advance(1000)
    expect([isReady(), client.positions.size]).to.deep.equal([false, 0])
    client.positions.set('t/0', '5')
    client.positions.set('t/1', '6')
    await clock.advance(200)
    expect(isReady()).to.equal(true)
    expect(latest().calls).to.include('seek t/1 to 6')
  })

  it('speaks after 5 s, because the other may be a client that stores nothing', async () => {
    const { client, clock, subscribe, isReady } = await start({ startAt: 'latest' })
    void subscribe(false)
    await clock.advance(6000)
    expect([isReady(), client.positions.size]).to.deep.equal([true, 2])
  })
})

describe('A subscription with patterns', () => {
  it('joins anew when a topic comes, which begins with its first message', async () => {
    const wanted = { routes: [], patterns: [/^order/], startAt: 'latest' } as const
    const { client, clock, latest, subscribe } = await start(wanted, { metadataRefreshMs: 1000 })
    client.topics.set('orders', [1, 1])
    client.ends.set('orders/0', 5)
    await subscribe()
    expect([latest().spec.topics, client.positions.get('orders/0')]).to.deep.equal([['orders'], '5'])
    client.topics.set('order-lines', [1, 1])
    client.ends.set('order-lines/0', 5)
    await clock.advance(1500)
    expect(client.consumers).to.have.length(2)
    expect(latest().spec.topics).to.deep.equal(['order-lines', 'orders'])
    expect(client.positions.get('order-lines/0')).to.equal('0')
    await clock.advance(5000)
    expect(client.consumers).to.have.length(2)
  })

  it('waits for the first topic that matches', async () => {
    const { client, clock, subscribe } = await start({ routes: [], patterns: [/^order/] }, { metadataRefreshMs: 1000 })
    await subscribe()
    expect(client.consumers).to.have.length(0)
    client.topics.set('orders', [1, 1])
    await clock.advance(1500)
    expect(client.consumers.map(({ spec }) => spec.topics)).to.deep.equal([['orders']])
  })
})

describe('A broadcast subscription', () => {
  it('has a group of its own, which begins at the end and is forgotten when it is closed', async () => {
    const { client, clock, latest, subscribe } = await start({ broadcast: true })
    const handle = await subscribe()
    const { group } = latest().spec
    expect(group).to.match(/^g\.[0-9a-f]{16}$/)
    expect(client.positions.get('t/1')).to.equal('9')
    const closed = handle.close()
    await clock.advance(100)
    await closed
    expect(client.deletedGroups).to.deep.equal([group])
  })
})

describe('A subscription that rests', () => {
  it('has its partitions paused, also those it is given later, and resumed when it goes on', async () => {
    const { latest, subscribe } = await start({})
    const handle = (await subscribe()) as unknown as { pause(): void; resume(topics?: readonly string[]): void }
    handle.pause()
    latest().join('member-1', [0, 1, 2])
    expect(latest().calls).to.deep.equal(['pause t/0', 'pause t/1', 'pause t/2'])
    handle.resume(['t'])
    await settled()
    expect(latest().calls.slice(3)).to.deep.equal(['resume t/0', 'resume t/1', 'resume t/2'])
  })
})
