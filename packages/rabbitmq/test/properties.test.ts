import type { OutgoingMessage, ReceivedMessage } from '@gulo/core'
import type { Options } from 'amqplib'
import { expect } from 'chai'
import { describeWithBroker } from './support/broker.js'
import { Scene, until } from './support/scene.js'

const GIVEN: Options.Publish = {
  messageId: 'm-1',
  type: 'Placed',
  correlationId: 'c-1',
  contentType: 'text/plain',
  contentEncoding: 'utf-8',
  replyTo: 'answers',
  appId: 'billing',
  priority: 7,
  expiration: '3600000',
  timestamp: 1_700_000_000,
  headers: { own: 'header' },
}
const NAMES = [
  'messageId',
  'type',
  'correlationId',
  'contentType',
  'contentEncoding',
  'replyTo',
  'appId',
  'priority',
  'timestamp',
] as const

describeWithBroker('The native properties of a message that is no CloudEvent', (url) => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(url)
  })
  afterEach(() => scene.close())

  /** Has another program publish, and answers what a subscription gets. */
  const receive = async (): Promise<ReceivedMessage> => {
    const messages: ReceivedMessage[] = []
    const transport = await scene.start()
    const subscription = await scene.subscribe(transport, (message) => void messages.push(message))
    await scene.atBroker(async (channel) => {
      channel.publish(scene.domain, scene.type, Buffer.from('hello'), GIVEN)
    })
    await until(() => messages.length === 1)
    await subscription.close()
    return messages[0] as ReceivedMessage
  }

  const forward = async (message: ReceivedMessage, more: Pick<OutgoingMessage, 'topic' | 'type'>) =>
    (await scene.start()).forward([{ key: message.key, body: message.body, headers: message.headers, ...more }])

  const take = (queue: string) =>
    scene.atBroker(async (channel) => {
      const message = await channel.get(queue, { noAck: true })
      if (message === false) throw new Error(`nothing in ${queue}`)
      return message
    })

  it('survive being set aside, but for the expiration, which would drop it', async () => {
    const topic = scene.willDelete(`${scene.type}.dlq`)
    await forward(await receive(), { topic, type: undefined })
    const { properties } = await take(topic)
    for (const name of NAMES) expect(properties[name], name).to.equal(GIVEN[name])
    expect(properties.expiration).to.equal(undefined)
    expect(properties.headers).to.include({ own: 'header', 'amqp-expiration': '3600000' })
  })

  it('are all there again when it is sent to its topic once more', async () => {
    const topic = scene.willDelete(`${scene.type}.dlq`)
    const received: ReceivedMessage[] = []
    await forward(await receive(), { topic, type: undefined })
    const transport = await scene.start()
    const routes = [{ topic, types: [] }]
    await scene.subscribe(transport, (message) => void received.push(message), { routes })
    await until(() => received.length === 1)
    await forward(received[0] as ReceivedMessage, { topic: scene.type, type: scene.type })
    const { properties } = await take(scene.queue)
    for (const name of NAMES) expect(properties[name], name).to.equal(GIVEN[name])
    expect(properties.expiration).to.equal('3600000')
    expect(properties.headers)
      .to.include({ own: 'header' })
      .and.not.to.have.any.keys('amqp-expiration', 'amqp-priority')
  })

  it('do not close the channel when a header that names one makes no sense', async () => {
    const transport = await scene.start()
    const topic = scene.willDelete(`${scene.type}.dlq`)
    const headers = {
      'amqp-priority': '900',
      'amqp-timestamp': 'soon',
      'amqp-expiration': 'never',
      'message-id': 'x'.repeat(300),
    }
    await transport.forward([{ topic, type: undefined, key: undefined, body: null, headers }])
    expect((await take(topic)).properties.headers).to.include(headers)
  })
})
