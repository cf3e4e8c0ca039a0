import { expect } from 'chai'
import { describeWithEachClient, starterOf } from '../support/clients.js'
import { envelope, idOf, subscriptionOf } from '../support/messages.js'
import { unique, until } from '../support/real-kafka.js'

describeWithEachClient('A Kafka transport on a real broker', (brokers, client) => {
  const startKafka = starterOf(client)

  it('delivers what was published, with key, headers and body', async () => {
    const topic = unique('orders')
    const transport = await startKafka(brokers)
    const received: unknown[] = []
    await transport.subscribe(
      subscriptionOf(topic, unique('group'), ({ key, headers, body, partition, offset }) => {
        received.push({
          key,
          id: String(headers['ce_id']),
          body: String(Buffer.from(body as Uint8Array)),
          partition: typeof partition,
          offset,
        })
      }),
    )
    await transport.publish([envelope(topic, 'a', 'key-1')])
    await until(() => received.length === 1)
    await transport.stop()
    expect(received).to.deep.equal([{ key: 'key-1', id: 'a', body: '{"id":"a"}', partition: 'number', offset: '0' }])
  })

  it('keeps the order of every key when many callers publish at once', async () => {
    const topic = unique('ordered')
    const transport = await startKafka(brokers)
    const seen = new Map<string, number[]>()
    let count = 0
    await transport.subscribe(
      subscriptionOf(topic, unique('group'), ({ key, headers }) => {
        const numbers = seen.get(key as string) ?? []
        numbers.push(Number(headers['ce_id']))
        seen.set(key as string, numbers)
        count += 1
      }),
    )
    const published: Promise<void>[] = []
    for (let number = 0; number < 3000; number++) {
      published.push(transport.publish([envelope(topic, String(number), `key-${number % 17}`)]))
    }
    await Promise.all(published)
    await until(() => count >= 3000)
    await transport.stop()
    expect(count).to.equal(3000)
    for (const numbers of seen.values()) expect(numbers).to.deep.equal([...numbers].sort((left, right) => left - right))
  })

  it('delivers a rejected message and what follows it again, and nothing before it', async () => {
    const topic = unique('rejected')
    const transport = await startKafka(brokers)
    const seen: string[] = []
    let refused = false
    await transport.publish(['a', 'b', 'c', 'd'].map((id) => envelope(topic, id, 'one')))
    await transport.subscribe(
      subscriptionOf(topic, unique('group'), (message) => {
        seen.push(idOf(message))
        if (idOf(message) !== 'c' || refused) return
        refused = true
        throw new Error('not now')
      }),
    )
    await until(() => seen.length >= 6)
    await transport.stop()
    expect(seen).to.deep.equal(['a', 'b', 'c', 'd', 'c', 'd'])
  })

  it('goes on where the group stopped', async () => {
    const topic = unique('resumed')
    const group = unique('group')
    const first = await startKafka(brokers)
    const before: string[] = []
    await first.publish(['a', 'b'].map((id) => envelope(topic, id, 'one')))
    await first.subscribe(subscriptionOf(topic, group, (message) => void before.push(idOf(message))))
    await until(() => before.length === 2)
    await first.stop()
    const second = await startKafka(brokers)
    const after: string[] = []
    await second.publish([envelope(topic, 'c', 'one')])
    await second.subscribe(subscriptionOf(topic, group, (message) => void after.push(idOf(message))))
    await until(() => after.length > 0)
    await second.stop()
    expect(before).to.deep.equal(['a', 'b'])
    expect(after).to.deep.equal(['c'])
  })

  it('gives every group all messages and shares them among the members of one', async () => {
    const topic = unique('shared')
    const [one, other] = [unique('group'), unique('group')]
    const transport = await startKafka(brokers, { ensureTopics: { partitions: 4 } })
    const seen: Record<string, string[]> = { first: [], second: [], other: [] }
    await transport.subscribe(subscriptionOf(topic, one, (message) => void seen['first']?.push(idOf(message))))
    const second = await startKafka(brokers)
    await second.subscribe(subscriptionOf(topic, one, (message) => void seen['second']?.push(idOf(message))))
    await transport.subscribe(subscriptionOf(topic, other, (message) => void seen['other']?.push(idOf(message))))
    const ids = Array.from({ length: 40 }, (_, number) => String(number))
    await transport.publish(ids.map((id) => envelope(topic, id, `key-${id}`)))
    const shared = () => [...(seen['first'] ?? []), ...(seen['second'] ?? [])]
    await until(() => new Set(shared()).size === 40 && seen['other']?.length === 40)
    await second.stop()
    await transport.stop()
    expect(seen['second']).to.not.be.empty
    expect(shared().sort()).to.deep.equal([...ids].sort())
  }).timeout(30_000)

  it('starts at the end with autoOffsetReset latest, and misses nothing published from then on', async () => {
    const topic = unique('latest')
    const transport = await startKafka(brokers, { autoOffsetReset: 'latest' })
    await transport.publish([envelope(topic, 'old', 'one')])
    const seen: string[] = []
    await transport.subscribe(subscriptionOf(topic, unique('group'), (message) => void seen.push(idOf(message))))
    await transport.publish([envelope(topic, 'new', 'one')])
    await until(() => seen.length > 0)
    await transport.stop()
    expect(seen).to.deep.equal(['new'])
  })

  it('carries a tombstone and a compressed batch', async () => {
    const topic = unique('tombstone')
    const transport = await startKafka(brokers, { compression: 'gzip' })
    const bodies: unknown[] = []
    await transport.subscribe(
      subscriptionOf(topic, unique('group'), ({ body }) => void bodies.push(body === null ? null : 'bytes')),
    )
    await transport.publish([envelope(topic, 'a', 'one'), envelope(topic, 'b', 'one', { payload: undefined })])
    await until(() => bodies.length === 2)
    await transport.stop()
    expect(bodies).to.deep.equal(['bytes', null])
  })

  it('forwards bytes and headers as they are', async () => {
    const topic = unique('forwarded')
    const transport = await startKafka(brokers)
    const seen: unknown[] = []
    await transport.subscribe(
      subscriptionOf(topic, unique('group'), ({ headers, body, partition }) => {
        seen.push([
          Buffer.from(headers['raw'] as Uint8Array).toString('hex'),
          Buffer.from(body as Uint8Array).toString('hex'),
          partition,
        ])
      }),
    )
    const bytes = Uint8Array.from([0, 255, 128])
    await transport.forward([
      { topic, type: undefined, key: undefined, body: bytes, headers: { raw: bytes }, partition: 2 },
    ])
    await until(() => seen.length === 1)
    await transport.stop()
    expect(seen).to.deep.equal([['00ff80', '00ff80', 2]])
  })

  it('says that it is up while it works and down once it has stopped', async () => {
    const transport = await startKafka(brokers)
    await transport.subscribe(subscriptionOf(unique('healthy'), unique('group'), () => undefined))
    const working = await transport.health()
    await transport.stop()
    expect(working.status).to.equal('up')
    expect((await transport.health()).status).to.equal('down')
  })

  it('waits for a handler in flight when it stops, and commits what it did', async () => {
    const topic = unique('drained')
    const group = unique('group')
    const first = await startKafka(brokers)
    let finish = () => undefined as void
    let started = false
    await first.publish([envelope(topic, 'a', 'one')])
    await first.subscribe(
      subscriptionOf(topic, group, () => {
        started = true
        return new Promise<void>((resolve) => {
          finish = resolve
        })
      }),
    )
    await until(() => started)
    const stopped = first.stop({ deadlineMs: 5000 })
    finish()
    await stopped
    const second = await startKafka(brokers)
    const seen: string[] = []
    await second.subscribe(subscriptionOf(topic, group, (message) => void seen.push(idOf(message))))
    await second.publish([envelope(topic, 'b', 'one')])
    await until(() => seen.length > 0)
    await second.stop()
    expect(seen).to.deep.equal(['b'])
  })
})
