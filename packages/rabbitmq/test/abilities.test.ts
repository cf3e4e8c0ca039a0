import type { ReceivedMessage, TransportSubscription } from '@gulo/core'
import { expect } from 'chai'
import { describeWithBroker } from './support/broker.js'
import { read } from './support/codec.js'
import { failureOf, Scene, until } from './support/scene.js'
import { TcpProxy } from './support/tcp-proxy.js'

describeWithBroker('A subscription at RabbitMQ', (url) => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(url)
  })
  afterEach(() => scene.close())

  describe('that is a broadcast', () => {
    it('gets every message, as every other member does, and leaves no queue behind', async () => {
      const counts = [0, 0]
      const queues = new Set<string>()
      const members = await Promise.all([scene.start(), scene.start()])
      for (const [index, member] of members.entries()) {
        const deliver = ({ queue }: ReceivedMessage) => {
          counts[index] = (counts[index] ?? 0) + 1
          queues.add(queue ?? '')
        }
        await scene.subscribe(member, deliver, { broadcast: true })
      }
      await members[0]?.publish(scene.envelopes(10))
      await until(() => counts.every((count) => count === 10))
      expect(queues.size).to.equal(2)
      for (const member of members) await member.stop()
      for (const queue of queues) {
        const error = await failureOf(scene.atBroker((channel) => channel.checkQueue(queue)))
        expect(error.message).to.include('NOT_FOUND')
      }
    })

    it('goes on after its connection broke', async () => {
      const proxy = await TcpProxy.to(url)
      try {
        let count = 0
        const [member, publisher] = [await scene.start({ url: proxy.url }), await scene.start({ unroutable: 'fail' })]
        await scene.subscribe(member, () => void count++, { broadcast: true })
        await publisher.publish(scene.envelopes(1))
        await until(() => count === 1)
        proxy.cut()
        // What is published while its connection is away is not for it.
        await until(async () => {
          await publisher.publish(scene.envelopes(1)).catch(() => undefined)
          return count >= 2
        })
      } finally {
        await proxy.close()
      }
    })
  })

  describe('that pauses', () => {
    it('is given nothing until it resumes, then everything in its order', async () => {
      const ids: string[] = []
      const [transport, publisher] = [await scene.start(), await scene.start()]
      const subscription = await scene.subscribe(transport, (message) => void ids.push(read(message).id))
      subscription.pause()
      const envelopes = scene.envelopes(300, { partitionKey: 'same' })
      await publisher.publish(envelopes)
      const { messageCount } = await scene.atBroker((channel) => channel.checkQueue(scene.queue))
      expect(messageCount).to.be.at.least(200)
      expect(ids).to.deep.equal([])
      expect((await transport.health()).status).to.equal('up')
      subscription.resume()
      await until(() => ids.length === 300)
      expect(ids).to.deep.equal(envelopes.map(({ id }) => id))
    })

    it('is not given what it rejected before either', async () => {
      let count = 0
      const transport = await scene.start({ redeliveryDelayMs: 1 })
      const paused = scene.subscribe(transport, async () => {
        if (count++ > 0) return
        ;(await paused).pause()
        throw new Error('not yet')
      })
      const subscription = await paused
      await transport.publish(scene.envelopes(1))
      await until(() => count === 1)
      // Longer than the pause before a rejected message is given out again; another message shows that time has passed.
      let markers = 0
      await scene.subscribe(transport, () => void markers++, { group: `${scene.domain}-other` })
      await transport.publish(scene.envelopes(1))
      await until(() => markers === 1)
      expect(count).to.equal(1)
      subscription.resume()
      await until(() => count === 3)
    })

    it('for one topic goes on with the others', async () => {
      const topics: string[] = []
      const other = `${scene.domain}.item.removed.v1`
      const transport = await scene.start()
      const routes = [scene.type, other].map((topic) => ({ topic, types: [topic] }))
      const subscription = await scene.subscribe(transport, ({ topic }) => void topics.push(topic), { routes })
      subscription.pause([scene.type])
      await transport.publish([scene.envelope(), scene.envelope({ topic: other, type: other })])
      await until(() => topics.length === 1)
      expect(topics).to.deep.equal([other])
      subscription.resume([scene.type])
      await until(() => topics.length === 2)
    })

    it('can be closed meanwhile', async () => {
      const transport = await scene.start()
      const subscription = await scene.subscribe(transport, () => undefined)
      subscription.pause()
      await transport.publish(scene.envelopes(1))
      await subscription.close()
      const { messageCount } = await scene.atBroker((channel) => channel.checkQueue(scene.queue))
      expect(messageCount).to.equal(1)
    })
  })

  it('says how many messages it has not handled: those in the queue and those in its hands', async () => {
    const transport = await scene.start({ prefetch: 10 })
    let handled: () => void = () => undefined
    const done = new Promise<void>((resolve) => (handled = resolve))
    await scene.subscribe(transport, () => done)
    await transport.publish(scene.envelopes(25))
    const lag = async () => (await transport.lag(scene.domain, [scene.type]))[0]
    await until(async () => (await lag())?.lag === 25)
    expect(await lag()).to.deep.equal({
      topic: scene.type,
      partition: undefined,
      queue: scene.queue,
      position: undefined,
      lag: 25,
    })
    expect(await transport.lag('somebody-else', [scene.type])).to.deep.equal([])
    handled()
    await until(async () => (await lag())?.lag === 0)
  })

  const refused: readonly (readonly [string, Partial<TransportSubscription>, string])[] = [
    ['asks for patterns', { routes: [], patterns: [/^orders\./] }, 'so name them'],
    ['wants to start at a time', { startAt: { timestamp: 0 } }, 'from now on'],
    [
      'is to broadcast dead letters',
      { broadcast: true, routes: [{ topic: 'a.dlq', types: [] }] },
      'cannot be broadcast',
    ],
  ]
  for (const [what, more, text] of refused) {
    it(`is refused when it ${what}`, async () => {
      const error = await failureOf(scene.subscribe(await scene.start(), () => undefined, more))
      expect(error).to.include({ code: 'GULO_SUBSCRIPTION_INVALID', retryable: false })
      expect(error.message).to.include(text)
    })
  }

  it('may say that it starts with what comes now, which is what a queue does', async () => {
    await scene.subscribe(await scene.start(), () => undefined, { startAt: 'latest' })
  })

  describe('with priorities', () => {
    const [urgent, slow] = ['urgent.v1', 'slow.v1']
    const priorityOf = (type: string) => (type.endsWith(urgent) ? 'high' : 'low')

    it('has a queue for each, and the high one is not held up by a full low one', async () => {
      const queues: (string | undefined)[] = []
      const transport = await scene.start({ priorityOf, prefetch: 5 })
      const routes = [urgent, slow]
        .map((name) => `${scene.domain}.item.${name}`)
        .map((topic) => ({ topic, types: [topic] }))
      const [high, low] = routes.map(({ topic }) => topic)
      const deliver = ({ queue, topic }: ReceivedMessage) => {
        queues.push(queue)
        return topic === low ? new Promise<void>(() => undefined) : Promise.resolve()
      }
      await scene.subscribe(transport, deliver, { routes })
      await transport.publish(scene.envelopes(50, { topic: low ?? '', type: low ?? '' }))
      await until(() => queues.length === 5)
      await transport.publish(scene.envelopes(20, { topic: high ?? '', type: high ?? '' }))
      await until(() => queues.length === 25)
      expect(queues.slice(5)).to.deep.equal(Array(20).fill(`${scene.domain}.work.high`))
      expect(transport.facts.orderedByKey).to.equal(false)
      await failureOf(transport.stop({ deadlineMs: 10 }))
    })

    it('is refused when one is unknown', async () => {
      const transport = await scene.start({ priorityOf: () => 'urgent' as 'high' })
      const error = await failureOf(scene.subscribe(transport, () => undefined))
      expect(error.message).to.include('priorityOf answers urgent').and.to.include('expected high, normal or low')
    })
  })
})
