import type { ReceivedMessage } from '@gulo/core'
import { expect } from 'chai'
import { describeWithBroker } from './support/broker.js'
import { read } from './support/codec.js'
import { failureOf, Scene, until } from './support/scene.js'
import { TcpProxy } from './support/tcp-proxy.js'

describeWithBroker('Consuming from RabbitMQ', (url) => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(url)
  })
  afterEach(() => scene.close())

  it('gives the topic, the queue, key and time of a message', async () => {
    const messages: ReceivedMessage[] = []
    const transport = await scene.start()
    await scene.subscribe(transport, (message) => void messages.push(message))
    await transport.publish([scene.envelope({ partitionKey: 'order-1', occurredAt: '2026-01-02T03:04:05Z' })])
    await until(() => messages.length === 1)
    const [message] = messages
    expect(message).to.include({
      topic: scene.type,
      queue: scene.queue,
      key: 'order-1',
      redeliveries: 0,
      partition: undefined,
    })
    expect(message?.timestamp).to.equal(Date.UTC(2026, 0, 2, 3, 4, 5))
    expect(message?.headers['content-type']).to.equal('application/json')
  })

  it('gives messages of other programs with their properties as headers', async () => {
    const messages: ReceivedMessage[] = []
    await scene.subscribe(await scene.start(), (message) => void messages.push(message))
    await scene.atBroker(async (channel) => {
      const headers = { number: 7, yes: true, nested: { a: [1] }, bytes: Buffer.from([0, 255]), nothing: null }
      const options = { messageId: 'm-1', type: 'Placed', correlationId: 'c-1', contentType: 'text/plain', headers }
      channel.publish(scene.domain, scene.type, Buffer.from('hello'), options)
    })
    await until(() => messages.length === 1)
    expect(messages[0]?.headers).to.deep.equal({
      'content-type': 'text/plain',
      'message-id': 'm-1',
      'message-type': 'Placed',
      'correlation-id': 'c-1',
      number: '7',
      yes: 'true',
      nested: '{"a":[1]}',
      bytes: Buffer.from([0, 255]),
    })
  })

  it('gives a rejected message out again after a pause, before later ones of its key and without holding up others', async () => {
    const order: string[] = []
    const transport = await scene.start({ redeliveryDelayMs: 100 })
    const [first, second, other] = [
      scene.envelope({ partitionKey: 'a' }),
      scene.envelope({ partitionKey: 'a' }),
      scene.envelope({ partitionKey: 'b' }),
    ]
    await scene.subscribe(transport, (message) => {
      const { id } = read(message)
      order.push(id)
      if (id === first.id && message.redeliveries === 0) throw new Error('not yet')
    })
    await transport.publish([first])
    await until(() => order.length === 1)
    await transport.publish([second, other])
    await until(() => order.length === 4)
    expect(order).to.deep.equal([first.id, other.id, first.id, second.id])
  })

  it('counts redeliveries by the broker', async () => {
    const counts: (number | undefined)[] = []
    const [stopping, publisher] = [await scene.start(), await scene.start()]
    await scene.subscribe(stopping, () => new Promise(() => undefined))
    await publisher.publish(scene.envelopes(1))
    await until(async () => (await scene.atBroker((channel) => channel.checkQueue(scene.queue))).messageCount === 0)
    await stopping.stop({ deadlineMs: 10 }).catch(() => undefined)
    await scene.subscribe(publisher, ({ redeliveries }) => void counts.push(redeliveries))
    await until(() => counts.length === 1)
    expect(counts).to.deep.equal([1])
  })

  it('moves a message to quarantine that the broker has delivered in vain too often', async () => {
    const publisher = await scene.start({ deliveryLimit: 2 })
    await (await scene.subscribe(publisher, () => undefined)).close()
    await publisher.publish(scene.envelopes(1))
    for (let times = 0; times < 3; times++) {
      await scene.atBroker(async (channel) => {
        const message = await channel.get(scene.queue)
        if (message !== false) channel.nack(message, false, true)
      })
    }
    const parked: ReceivedMessage[] = []
    const topic = `${scene.queue}.quarantine`
    await scene.subscribe(publisher, (message) => void parked.push(message), { routes: [{ topic, types: [] }] })
    await until(() => parked.length === 1)
    expect(parked[0]?.topic).to.equal(topic)
  })

  it('sets everything up again when the queue is deleted', async () => {
    const ids: string[] = []
    const transport = await scene.start()
    await scene.subscribe(transport, (message) => void ids.push(read(message).id))
    await scene.atBroker((channel) => channel.deleteQueue(scene.queue))
    await until(() => scene.warnings.some((text) => text.includes('perhaps because the queue was deleted')))
    await until(async () => (await transport.health()).status === 'up')
    const envelope = scene.envelope()
    await transport.publish([envelope])
    await until(() => ids.includes(envelope.id))
  })

  describe('over a connection that breaks', () => {
    let proxy: TcpProxy
    beforeEach(async () => {
      proxy = await TcpProxy.to(url)
    })
    afterEach(() => proxy.close())

    it('delivers again what was in flight, and does not mind its late end', async () => {
      const counts: (number | undefined)[] = []
      let finish: () => void = () => undefined
      const transport = await scene.start({ url: proxy.url })
      await scene.subscribe(transport, ({ redeliveries }) => {
        counts.push(redeliveries)
        return counts.length === 1 ? new Promise<void>((resolve) => (finish = resolve)) : undefined
      })
      await transport.publish(scene.envelopes(1))
      await until(() => counts.length === 1)
      proxy.cut()
      await until(() => counts.length === 2)
      finish()
      await until(async () => (await transport.health()).status === 'up')
      expect(counts[1]).to.be.at.least(1)
      const [envelope] = scene.envelopes(1)
      await transport.publish(envelope ? [envelope] : [])
      await until(() => counts.length === 3)
    })

    it('loses nothing and keeps the order of first effects', async () => {
      const seen = new Set<string>()
      const transport = await scene.start({ url: proxy.url })
      await scene.subscribe(transport, (message) => void seen.add(read(message).id))
      const envelopes = scene.envelopes(300, { partitionKey: 'same' })
      const publishing = envelopes.map((envelope) => transport.publish([envelope]))
      for (const cutAt of [50, 150]) {
        await until(() => seen.size >= cutAt)
        proxy.cut()
      }
      await Promise.all(publishing)
      await until(() => seen.size === envelopes.length)
      expect([...seen]).to.deep.equal(envelopes.map(({ id }) => id))
    })
  })

  it('loses nothing while members come and go, once the group has a queue', async () => {
    const done = new Set<string>()
    const deliver = (message: ReceivedMessage) => void done.add(read(message).id)
    const publisher = await scene.start()
    await (await scene.subscribe(publisher, deliver)).close()
    const come = async () => {
      const transport = await scene.start()
      await scene.subscribe(transport, deliver)
      await transport.stop()
    }
    const envelopes = scene.envelopes(200)
    await Promise.all([come(), come(), come(), ...envelopes.map((envelope) => publisher.publish([envelope]))])
    await scene.subscribe(publisher, deliver)
    await until(() => done.size === envelopes.length)
  })

  it('waits at a stop for what is in flight, and acknowledges it', async () => {
    const [leaving, publisher] = [await scene.start(), await scene.start()]
    let finish: () => void = () => undefined
    await scene.subscribe(leaving, () => new Promise<void>((resolve) => (finish = resolve)))
    await publisher.publish(scene.envelopes(1))
    await until(async () => (await scene.atBroker((channel) => channel.checkQueue(scene.queue))).messageCount === 0)
    const stopping = leaving.stop()
    finish()
    await stopping
    const { messageCount } = await scene.atBroker((channel) => channel.checkQueue(scene.queue))
    expect(messageCount).to.equal(0)
  })

  it('says so when a stop has to give up what is in flight', async () => {
    const transport = await scene.start()
    let begun = false
    await scene.subscribe(transport, () => {
      begun = true
      return new Promise(() => undefined)
    })
    await transport.publish(scene.envelopes(1))
    await until(() => begun)
    const error = await failureOf(transport.stop({ deadlineMs: 20 }))
    expect(error).to.include({ code: 'GULO_STOP_DEADLINE' })
    expect(error.message).to.include('1 messages are in flight')
  })

  it('refuses a queue that exists with other arguments, by name and with the mend', async () => {
    await scene.atBroker((channel) => channel.assertQueue(scene.queue, { durable: true }))
    const transport = await scene.start()
    const error = await failureOf(scene.subscribe(transport, () => undefined))
    expect(error).to.include({ code: 'RABBITMQ_TOPOLOGY_REFUSED', retryable: false })
    expect(error.message).to.include(`the queue ${scene.queue}`).and.to.include('delete it once it is empty')
    expect((await transport.health()).status).to.equal('up')
  })
})
