import type { OutgoingMessage, ReceivedMessage } from '@gulo/core'
import { expect } from 'chai'
import { describeWithBroker } from './support/broker.js'
import { Scene, until } from './support/scene.js'

const BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte)

describeWithBroker('Setting messages aside at RabbitMQ', (url) => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(url)
  })
  afterEach(() => scene.close())

  const dead = (more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
    topic: scene.willDelete(`${scene.type}.dlq`),
    type: scene.type,
    key: 'order-1',
    body: BYTES,
    headers: { 'dlq-reason': 'poison', unicode: 'Grüße, 世界 🚀', bytes: BYTES, 'content-type': 'application/json' },
    ...more,
  })

  it('stores bytes and headers untouched in a durable queue of the name of the topic', async () => {
    await (await scene.start()).forward([dead()])
    const message = await scene.atBroker((channel) => channel.get(`${scene.type}.dlq`, { noAck: true }))
    if (message === false) throw new Error('nothing in the queue')
    expect([...message.content]).to.deep.equal([...BYTES])
    expect(message.properties).to.include({ deliveryMode: 2, contentType: 'application/json', type: scene.type })
    const { unicode, bytes, 'dlq-reason': reason } = message.properties.headers ?? {}
    expect({ unicode, reason, bytes: [...bytes] }).to.deep.equal({
      unicode: 'Grüße, 世界 🚀',
      reason: 'poison',
      bytes: [...BYTES],
    })
  })

  it('keeps them from the consumers of the type', async () => {
    const messages: ReceivedMessage[] = []
    const transport = await scene.start()
    await scene.subscribe(transport, (message) => void messages.push(message))
    await transport.forward([dead()])
    const marker = scene.envelope()
    await transport.publish([marker])
    await until(() => messages.length > 0)
    expect(messages.map(({ headers }) => headers['cloudEvents_id'])).to.deep.equal([marker.id])
  })

  it('lets a subscription to the topic read what was set aside before it came', async () => {
    const messages: ReceivedMessage[] = []
    const transport = await scene.start()
    const sent = dead()
    await transport.forward([sent])
    const routes = [{ topic: sent.topic, types: [scene.type] }]
    await scene.subscribe(transport, (message) => void messages.push(message), { routes })
    await until(() => messages.length === 1)
    const [message] = messages
    expect(message).to.include({ topic: sent.topic, queue: sent.topic, key: 'order-1' })
    expect([...(message?.body ?? [])]).to.deep.equal([...BYTES])
    expect(message?.headers).to.include({
      'dlq-reason': 'poison',
      unicode: 'Grüße, 世界 🚀',
      'content-type': 'application/json',
    })
  })

  it('gives what it received on as it was: forwarded once more, nothing is added and nothing lost', async () => {
    const messages: ReceivedMessage[] = []
    const transport = await scene.start()
    const quarantine = scene.willDelete(`${scene.type}.quarantine`)
    const routes = [`${scene.type}.dlq`, quarantine].map((topic) => ({ topic, types: [] }))
    await scene.subscribe(transport, (message) => void messages.push(message), { routes })
    await transport.forward([dead({ type: undefined })])
    await until(() => messages.length === 1)
    await transport.forward([{ ...(messages[0] as ReceivedMessage), topic: quarantine, type: undefined }])
    await until(() => messages.length === 2)
    expect(messages[1]?.headers).to.deep.equal(messages[0]?.headers)
    expect(messages[1]?.key).to.equal('order-1')
  })

  it('does not let headers that command the broker close the channel', async () => {
    const transport = await scene.start()
    const headers = { CC: 'somewhere', BCC: 'elsewhere', 'x-death': '[]', 'x-delivery-count': '3', kept: 'yes' }
    await transport.forward([dead({ headers })])
    const message = await scene.atBroker((channel) => channel.get(`${scene.type}.dlq`, { noAck: true }))
    // the broker's own count, not the one that was sent
    const own = { 'x-delivery-count': 0 }
    if (message === false) throw new Error('nothing in the queue')
    const ours = { 'gulo-key': 'order-1', 'gulo-slot': '12' }
    expect(message.properties.headers).to.deep.equal({ kept: 'yes', ...ours, ...own })
  })

  it('declares the queue again when it was deleted, and stores what was given back', async () => {
    const transport = await scene.start()
    await transport.forward([dead()])
    await scene.atBroker((channel) => channel.deleteQueue(`${scene.type}.dlq`))
    await transport.forward([dead(), dead()])
    const { messageCount } = await scene.atBroker((channel) => channel.checkQueue(`${scene.type}.dlq`))
    expect(messageCount).to.equal(2)
  })
})
