import type { OutgoingMessage, ReceivedMessage } from '@gulo/core'
import { expect } from 'chai'
import { describeWithBroker } from './support/broker.js'
import { failureOf, Scene, until } from './support/scene.js'

describeWithBroker('Delays at RabbitMQ', (url) => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(url)
  })
  afterEach(async () => {
    scene.willDelete(`gulo.delay.out.to.${scene.domain}/${scene.type}`)
    await scene.close()
  })

  const message = (more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
    topic: scene.type,
    type: scene.type,
    key: 'order-1',
    body: Buffer.from('later'),
    headers: { note: 'kept', 'content-type': 'text/plain' },
    ...more,
  })

  /** Sends with each delay and answers how long each took, by its note. */
  const measure = async (topic: string, delays: readonly number[]): Promise<Map<number, number>> => {
    const took = new Map<number, number>()
    const transport = await scene.start()
    const routes = [{ topic, types: [scene.type] }]
    const since = new Map<number, number>()
    const arrived = (received: ReceivedMessage) => {
      const delay = Number(received.headers['note'])
      took.set(delay, performance.now() - (since.get(delay) ?? Number.NaN))
    }
    await scene.subscribe(transport, arrived, { routes })
    for (const delay of delays) {
      since.set(delay, performance.now())
      await transport.forwardAfter([message({ topic, headers: { note: String(delay) } })], delay)
    }
    await until(() => took.size === delays.length)
    return took
  }

  it('never let a message arrive early at the consumers of its topic', async () => {
    for (const [delay, took] of await measure(scene.type, [1, 100, 250, 700, 1500])) expect(took).to.be.at.least(delay)
  })

  it('never let a message arrive early at a queue it is set aside in', async () => {
    const topic = scene.willDelete(`${scene.type}.retry.some-group.1`)
    for (const [delay, took] of await measure(topic, [30, 300, 1100])) expect(took).to.be.at.least(delay)
  })

  it('let short ones overtake long ones', async () => {
    const notes: unknown[] = []
    const transport = await scene.start()
    await scene.subscribe(transport, ({ headers }) => void notes.push(headers['note']))
    await transport.forwardAfter([message({ headers: { note: 'long' } })], 1600)
    await transport.forwardAfter([message({ headers: { note: 'short' } })], 100)
    await until(() => notes.length === 2)
    expect(notes).to.deep.equal(['short', 'long'])
  })

  it('leave body, key and headers as they were, and the topic is the one that was named', async () => {
    const messages: ReceivedMessage[] = []
    const transport = await scene.start()
    await scene.subscribe(transport, (received) => void messages.push(received))
    await transport.forward([message()])
    await transport.forwardAfter([message()], 300)
    await until(() => messages.length === 2)
    const [direct, delayed] = messages
    expect(delayed).to.deep.equal(direct)
    expect(delayed).to.include({ topic: scene.type, key: 'order-1' })
  })

  it('of nothing are none', async () => {
    const messages: ReceivedMessage[] = []
    const transport = await scene.start()
    await scene.subscribe(transport, (received) => void messages.push(received))
    await transport.forwardAfter([message()], 0)
    await until(() => messages.length === 1)
  })

  it('may last 310 days', async () => {
    const transport = await scene.start()
    // Whoever runs the tests is not to find a message next year.
    const topic = scene.willDelete(`${scene.type}.retry.some-group.1`)
    await transport.forwardAfter([message({ topic })], 26_000_000_000)
    await scene.atBroker(async (channel) => {
      const waiting = await channel.get('gulo.delay.27', { noAck: true })
      expect(waiting === false ? '' : waiting.content.toString()).to.equal('later')
    })
  })

  for (const [delayMs, code] of [
    [-1, 'GULO_DURATION_INVALID'],
    [Number.NaN, 'GULO_DURATION_INVALID'],
    [2 ** 50, 'RABBITMQ_DELAY_TOO_LONG'],
  ] as const) {
    it(`cannot be ${delayMs} milliseconds`, async () => {
      const transport = await scene.start()
      const error = await failureOf(transport.forwardAfter([message()], delayMs))
      expect(error).to.include({ code, retryable: false })
      expect(error.details['unsent']).to.have.length(1)
    })
  }

  it('do not wait for one another when a target is gone: what was for it is kept aside', async () => {
    const transport = await scene.start()
    const gone = scene.willDelete(`${scene.type}.retry.some-group.1`)
    // More than the broker hands on at a time.
    const messages = Array.from({ length: 50 }, () => message({ topic: gone, headers: { note: scene.domain } }))
    await transport.forwardAfter(messages, 400)
    await scene.atBroker((channel) => channel.deleteQueue(gone))
    let kept = 0
    await until(async () => {
      const lost = await scene.atBroker((channel) => channel.get('gulo.delay.lost', { noAck: true }))
      if (lost !== false && lost.properties.headers?.['note'] === scene.domain) kept++
      return kept === messages.length
    })
    expect([...(await measure(scene.type, [100])).keys()]).to.deep.equal([100])
  })
})
