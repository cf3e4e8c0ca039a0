import type { Envelope, SubscriptionHandle } from '@gulo/core'
import type { RabbitMqOptions, RabbitMqTransport } from '@gulo/rabbitmq'
import { expect } from 'chai'
import { slotOf } from '../dist/topology/slots.js'
import { describeWithBroker } from './support/broker.js'
import { plainCodec, read } from './support/codec.js'
import { failureOf, Scene, until } from './support/scene.js'
import { TcpProxy } from './support/tcp-proxy.js'

interface Seen {
  readonly id: string
  readonly key: string
  readonly queue: string
}

describeWithBroker('Partitions', (url) => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(url, { codec: plainCodec, partitions: 4, rebalanceMs: 50 })
  })
  afterEach(async () => {
    scene.willDeletePartitions(scene.queue)
    await scene.close()
  })

  const keyed = (count: number, keys = 20): Envelope[] =>
    scene.envelopes(count).map((envelope, index) => ({ ...envelope, partitionKey: `key-${index % keys}` }))

  /** A member that says what it was given, of which key and from which queue. */
  const join = async (
    seen: Seen[],
    work: () => Promise<void> = () => Promise.resolve(),
    options: Partial<RabbitMqOptions> = {},
  ): Promise<{ transport: RabbitMqTransport; handle: SubscriptionHandle }> => {
    const transport = await scene.start(options)
    const handle = await scene.subscribe(transport, (message) => {
      seen.push({ id: read(message).id, key: message.key ?? '', queue: message.queue ?? '' })
      return work()
    })
    return { transport, handle }
  }

  it('promise order per key', async () => {
    expect(scene.create().facts.orderedByKey).to.equal(true)
  })

  it('spread the keys over all queues, one key always to the same', async () => {
    const seen: Seen[] = []
    const { transport } = await join(seen)
    const envelopes = keyed(400, 100)
    await transport.publish(envelopes)
    await until(() => seen.length === envelopes.length)
    const queuesOfKey = new Map<string, Set<string>>()
    for (const { key, queue } of seen) queuesOfKey.set(key, (queuesOfKey.get(key) ?? new Set()).add(queue))
    expect([...queuesOfKey.values()].every(({ size }) => size === 1)).to.equal(true)
    expect(new Set(seen.map(({ queue }) => queue)).size).to.equal(4)
  })

  it('spread messages without a key by their ids', async () => {
    const seen: Seen[] = []
    const { transport } = await join(seen)
    await transport.publish(scene.envelopes(100))
    await until(() => seen.length === 100)
    expect(new Set(seen.map(({ queue }) => queue)).size).to.equal(4)
  })

  it('are shared out among the members that come, and taken over from those that go, each key in order', async () => {
    const [one, two]: Seen[][] = [[], []]
    const all: string[] = []
    const note = (seen: Seen[] | undefined) => async () => {
      all.push(seen?.at(-1)?.id ?? '')
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    const first = await join(one ?? [], note(one))
    const envelopes = keyed(1200)
    const publisher = await scene.start()
    const publishing = (async () => {
      for (let from = 0; from < envelopes.length; from += 20) {
        await publisher.publish(envelopes.slice(from, from + 20))
        if (from === 100) await join(two ?? [], note(two))
      }
    })()
    await until(() => (two ?? []).length > 20)
    await publishing
    await first.transport.stop()
    await until(() => new Set(all).size === envelopes.length)
    for (let number = 0; number < 20; number++) {
      const wanted = envelopes.filter(({ partitionKey }) => partitionKey === `key-${number}`).map(({ id }) => id)
      const firsts = [...new Set(all)].filter((id) => wanted.includes(id))
      expect(firsts, `key-${number}`).to.deep.equal(wanted)
    }
  })

  it('are taken over in order from a member that vanishes with messages in its hands', async () => {
    const proxy = await TcpProxy.to(url)
    try {
      const all: string[] = []
      const [one, two]: Seen[][] = [[], []]
      const note = (seen: Seen[] | undefined) => async () => {
        all.push(seen?.at(-1)?.id ?? '')
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      await join(one ?? [], note(one), { url: proxy.url, rebalanceMs: 60_000 })
      await join(two ?? [], note(two))
      const envelopes = keyed(600)
      const publishing = (await scene.start()).publish(envelopes)
      await until(() => (one ?? []).length > 100)
      proxy.refuse(true)
      proxy.cut()
      await publishing
      await until(() => new Set(all).size === envelopes.length)
      expect((two ?? []).length).to.be.above(0)
      for (let number = 0; number < 20; number++) {
        const wanted = envelopes.filter(({ partitionKey }) => partitionKey === `key-${number}`).map(({ id }) => id)
        expect([...new Set(all)].filter((id) => wanted.includes(id))).to.deep.equal(wanted)
      }
    } finally {
      await proxy.close()
    }
  })

  it('refuse another number than there is, rather than reorder', async () => {
    await join([])
    const error = await failureOf(join([], undefined, { partitions: 8 }))
    expect(error).to.include({ code: 'RABBITMQ_PARTITIONS_CHANGED', retryable: false })
    expect(error.details).to.include({ found: '4', asked: '8', queue: scene.queue })
  })

  it('cannot be left out later while the queues are there, nor given to a queue that has none', async () => {
    await join([])
    const without = await failureOf(join([], undefined, { partitions: 0 }))
    expect(without.details).to.include({ found: '4', asked: '0', queue: scene.queue })
    const other = { action: 'other' }
    const plain = await scene.start({ partitions: 0 })
    await scene.subscribe(plain, () => undefined, other)
    const error = await failureOf(scene.subscribe(await scene.start(), () => undefined, other))
    expect(error.details).to.include({ found: '0', asked: '4' })
  })

  it('refuse another number while the exchange is there that sorts by the old one, even without its queues', async () => {
    const { transport } = await join([])
    await transport.stop()
    await scene.atBroker(async (channel) => {
      for (const queue of [scene.queue, ...[0, 1, 2, 3].map((number) => `${scene.queue}.${number}`)])
        await channel.deleteQueue(queue)
    })
    const error = await failureOf(join([], undefined, { partitions: 8 }))
    expect(error).to.include({ code: 'RABBITMQ_PARTITIONS_CHANGED', retryable: false })
    expect(error.details).to.include({ found: '4', asked: '8', queue: scene.queue })
  })

  it('take every message of other publishers, who know nothing of slots', async () => {
    const seen: Seen[] = []
    await join(seen)
    await scene.atBroker(async (channel) => {
      for (let number = 0; number < 20; number++)
        channel.publish(scene.domain, scene.type, Buffer.from('{}'), { messageId: `other-${number}` })
    })
    await until(() => seen.length === 20)
    expect(new Set(seen.map(({ queue }) => queue))).to.deep.equal(new Set([`${scene.queue}.0`]))
  })

  it('give messages back whose queue is gone, rather than have another take them out of order', async () => {
    const declarer = await scene.start()
    await declarer.declare([
      { group: scene.domain, action: 'work', routes: [{ topic: scene.type, types: [scene.type] }] },
    ])
    const publisher = await scene.start({ unroutable: 'fail', repairMs: 50 })
    const gone = `${scene.queue}.2`
    await scene.atBroker((channel) => channel.deleteQueue(gone))
    const envelopes = keyed(100, 100)
    const lost = envelopes.filter(({ partitionKey }) => Number(slotOf(partitionKey ?? '')) % 4 === 2)
    const error = await failureOf(publisher.publish(envelopes))
    expect(error.details['unsent']).to.have.deep.members(lost)
  })

  for (const count of [1, 5, 16]) {
    it(`give every key one of ${count} queues, all of which have some`, async () => {
      const seen: Seen[] = []
      const { transport } = await join(seen, undefined, { partitions: count })
      await transport.publish(keyed(400, 200))
      await until(() => seen.length === 400)
      const wrong = seen.filter(({ key, queue }) => queue !== `${scene.queue}.${Number(slotOf(key)) % count}`)
      expect(wrong).to.deep.equal([])
      expect(new Set(seen.map(({ queue }) => queue)).size).to.equal(count)
      // One more would be a slot bound twice.
      expect(new Set(seen.map(({ id }) => id)).size).to.equal(400)
    })
  }

  it('are queues of their own for each subscription where a function says so', async () => {
    const seen: Seen[] = []
    const { transport } = await join(seen, undefined, { partitions: ({ action }) => (action === 'work' ? 2 : 0) })
    await transport.publish(keyed(60))
    await until(() => seen.length === 60)
    expect(new Set(seen.map(({ queue }) => queue))).to.deep.equal(new Set([`${scene.queue}.0`, `${scene.queue}.1`]))
  })

  it('are one entry each of the lag', async () => {
    const { transport } = await join([], () => new Promise(() => undefined))
    await transport.publish(keyed(40))
    const total = async () => {
      const lags = await transport.lag(scene.domain, [scene.type])
      expect(lags.map(({ partition }) => partition)).to.deep.equal([0, 1, 2, 3])
      return lags.reduce((sum, { lag }) => sum + lag, 0)
    }
    await until(async () => (await total()) === 40)
  })
})
