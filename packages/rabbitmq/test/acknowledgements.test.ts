import type { ConsumeMessage } from 'amqplib'
import { expect } from 'chai'
import { Acknowledgements } from '../dist/consuming/acknowledgements.js'
import { describeWithBroker } from './support/broker.js'
import { read } from './support/codec.js'
import { Scene, until } from './support/scene.js'

describe('Acknowledgements of one channel', () => {
  let sent: string[]
  let closed: boolean
  let acknowledgements: Acknowledgements
  let messages: ConsumeMessage[]
  beforeEach(() => {
    sent = []
    closed = false
    acknowledgements = new Acknowledgements({
      ack({ fields }, allUpTo) {
        if (closed) throw new Error('Channel closed')
        sent.push(allUpTo ? `up to ${fields.deliveryTag}` : `${fields.deliveryTag}`)
      },
    })
    messages = [1, 2, 3, 4, 5].map((deliveryTag) => ({ fields: { deliveryTag } }) as ConsumeMessage)
    for (const message of messages) acknowledgements.received(message)
  })
  const done = async (...tags: readonly number[]) => {
    for (const tag of tags) acknowledgements.add(messages[tag - 1] as ConsumeMessage)
    await Promise.resolve()
  }

  it('are one frame for all messages done together, in whatever order', async () => {
    await done(2, 5, 1, 4, 3)
    expect(sent).to.deep.equal(['up to 5'])
  })

  it('never reach beyond the oldest message that is not done', async () => {
    await done(1, 2, 4, 5)
    expect(sent).to.deep.equal(['up to 2', '4', '5'])
  })

  it('do not wait for an older message', async () => {
    await done(3)
    expect(sent).to.deep.equal(['3'])
  })

  it('cover what had to be passed over, once it is done', async () => {
    await done(2)
    await done(1, 3)
    expect(sent).to.deep.equal(['2', 'up to 3'])
  })

  it('keep count of messages that come later', async () => {
    await done(1, 2, 3, 4)
    messages.push({ fields: { deliveryTag: 6 } } as ConsumeMessage)
    acknowledgements.received(messages[5] as ConsumeMessage)
    await done(6)
    await done(5)
    expect(sent).to.deep.equal(['up to 4', '6', '5'])
  })

  it('can be sent at once', () => {
    void done(1, 2)
    acknowledgements.flush()
    expect(sent).to.deep.equal(['up to 2'])
  })

  it('are of no use on a closed channel, and do no harm', async () => {
    closed = true
    await done(1, 2)
    expect(sent).to.deep.equal([])
  })
})

describeWithBroker('Messages that are done before an older one', (url) => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(url)
  })
  afterEach(() => scene.close())

  it('are acknowledged without it: it alone is delivered again', async () => {
    const consumer = await scene.start()
    const publisher = await scene.start()
    const got: string[] = []
    const envelopes = scene.envelopes(10)
    const [oldest] = envelopes.map(({ id }) => id)
    await scene.subscribe(consumer, (message) => {
      got.push(read(message).id)
      return read(message).id === oldest ? new Promise(() => undefined) : Promise.resolve()
    })
    await publisher.publish(envelopes)
    await until(() => got.length === 10)
    await consumer.stop({ deadlineMs: 50 }).catch(() => undefined)
    const again: string[] = []
    await scene.subscribe(publisher, (message) => void again.push(read(message).id))
    const later = scene.envelope()
    await publisher.publish([later])
    await until(() => again.includes(later.id) && again.length >= 2)
    expect(again).to.deep.equal([oldest, later.id])
  })
})
