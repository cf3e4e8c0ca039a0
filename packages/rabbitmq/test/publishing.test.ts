import { expect } from 'chai'
import { slotOf } from '../dist/topology/slots.js'
import { describeWithBroker } from './support/broker.js'
import { read } from './support/codec.js'
import { failureOf, Scene, until } from './support/scene.js'
import { TcpProxy } from './support/tcp-proxy.js'

describeWithBroker('Publishing to RabbitMQ', (url) => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(url)
  })
  afterEach(() => scene.close())

  /** Ids in the order they arrived, with a queue that is there from now on. */
  async function listen(): Promise<string[]> {
    const ids: string[] = []
    await scene.subscribe(await scene.start(), (message) => void ids.push(read(message).id))
    return ids
  }

  describe('a message with a queue', () => {
    it('arrives with the native properties that others read', async () => {
      await (await scene.subscribe(await scene.start(), () => undefined)).close()
      const envelope = scene.envelope({ occurredAt: '2026-01-02T03:04:05.678Z', correlationId: 'cause' })
      await (await scene.start()).publish([envelope])
      const message = await scene.atBroker((channel) => channel.get(scene.queue, { noAck: true }))
      if (message === false) throw new Error('nothing in the queue')
      const { contentType, deliveryMode, messageId, type, timestamp, correlationId, appId, headers } =
        message.properties
      expect({ contentType, deliveryMode, messageId, type, timestamp, correlationId, appId }).to.deep.equal({
        contentType: 'application/json',
        deliveryMode: 2,
        messageId: envelope.id,
        type: envelope.type,
        timestamp: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
        correlationId: 'cause',
        appId: 'tests',
      })
      expect({ ...headers, 'x-delivery-count': undefined }).to.deep.equal({
        'x-delivery-count': undefined,
        cloudEvents_id: envelope.id,
        cloudEvents_type: envelope.type,
        cloudEvents_source: 'tests',
        'gulo-slot': slotOf(envelope.id),
      })
    })

    it('is followed by those published after it, in order, without waiting for each other', async () => {
      const ids = await listen()
      const publisher = await scene.start()
      const envelopes = scene.envelopes(1500, { partitionKey: 'same' })
      await Promise.all(envelopes.map((envelope) => publisher.publish([envelope])))
      await until(() => ids.length === envelopes.length)
      expect(ids).to.deep.equal(envelopes.map(({ id }) => id))
    })
  })

  describe('a message without a queue', () => {
    it('counts as published while its type never had one, and is warned of once', async () => {
      const publisher = await scene.start()
      await publisher.publish(scene.envelopes(2))
      await publisher.publish(scene.envelopes(1))
      expect(scene.warnings.filter((text) => text.includes(scene.type))).to.have.length(1)
      expect(await publisher.health()).to.deep.equal({ status: 'up', detail: '3 messages had no queue to go to.' })
    })

    it('fails once the queue of its type is lost', async () => {
      const publisher = await scene.start({ repairMs: 50 })
      const handle = await scene.subscribe(await scene.start(), () => undefined)
      await publisher.publish(scene.envelopes(1))
      await handle.close()
      await scene.atBroker((channel) => channel.deleteQueue(scene.queue))
      const envelopes = scene.envelopes(2)
      const error = await failureOf(publisher.publish(envelopes))
      expect(error).to.include({ code: 'RABBITMQ_UNROUTABLE', retryable: true })
      expect(error.details['unsent']).to.deep.equal(envelopes)
    })

    it('fails alone among others where that is asked for', async () => {
      const ids = await listen()
      const publisher = await scene.start({ unroutable: 'fail' })
      const [first, last] = [scene.envelope(), scene.envelope()]
      const unheard = scene.envelope({
        type: `${scene.domain}.item.unheard.v1`,
        topic: `${scene.domain}.item.unheard.v1`,
      })
      const error = await failureOf(publisher.publish([first, unheard, last]))
      expect(error.code).to.equal('RABBITMQ_UNROUTABLE')
      expect(error.message).to.include('item.unheard.v1').and.to.include('Start the consumer once')
      expect(error.details['unsent']).to.deep.equal([unheard])
      await until(() => ids.length === 2)
      expect(ids).to.deep.equal([first.id, last.id])
    })

    it('counts as published always where that is asked for', async () => {
      const publisher = await scene.start({ unroutable: 'accept' })
      await (await scene.subscribe(await scene.start(), () => undefined)).close()
      await publisher.publish(scene.envelopes(1))
      await scene.atBroker((channel) => channel.deleteQueue(scene.queue))
      await publisher.publish(scene.envelopes(1))
    })
  })

  describe('a message that AMQP cannot carry', () => {
    for (const [what, more] of [
      ['headers of more than 64 KiB', { headers: { large: 'x'.repeat(70_000) } }],
      ['a body over the limit', { payload: 'x'.repeat(2000) }],
    ] as const) {
      it(`is refused for good when it has ${what}, and the others are stored`, async () => {
        const ids = await listen()
        const publisher = await scene.start({ maxMessageBytes: 1000 })
        const [good, bad] = [scene.envelope(), scene.envelope(more)]
        const error = await failureOf(publisher.publish([bad, good]))
        expect(error).to.include({ code: 'GULO_TOO_LARGE', retryable: false })
        expect(error.details['unsent']).to.deep.equal([bad])
        await until(() => ids.includes(good.id))
      })
    }

    it('is refused for good when a header has a name of more than 255 bytes', async () => {
      const publisher = await scene.start()
      const error = await failureOf(publisher.publish([scene.envelope({ headers: { ['n'.repeat(256)]: 'x' } })]))
      expect(error).to.include({ code: 'RABBITMQ_MESSAGE_INVALID', retryable: false })
    })
  })

  describe('an exchange', () => {
    it('that is deleted while the publisher runs is declared again', async () => {
      const publisher = await scene.start()
      await publisher.publish(scene.envelopes(1))
      await scene.atBroker((channel) => channel.deleteExchange(scene.domain))
      await publisher.publish(scene.envelopes(5))
      await scene.atBroker((channel) => channel.checkExchange(scene.domain))
    })

    it('of another kind than declared fails the messages for it and no others', async () => {
      const ids = await listen()
      const publisher = await scene.start()
      const other = scene.willDeleteExchange(`${scene.domain}fanout`)
      await scene.atBroker((channel) => channel.assertExchange(other, 'fanout'))
      const [bad, good] = [scene.envelope({ topic: other }), scene.envelope()]
      const error = await failureOf(publisher.publish([bad, good]))
      expect(error).to.include({ code: 'RABBITMQ_TOPOLOGY_REFUSED', retryable: false })
      expect(error.message).to.include(`the exchange ${other}`)
      expect(error.details['unsent']).to.deep.equal([bad])
      await until(() => ids.includes(good.id))
    })
  })

  describe('a connection that breaks', () => {
    let proxy: TcpProxy
    beforeEach(async () => {
      proxy = await TcpProxy.to(url)
    })
    afterEach(() => proxy.close())

    it('has unconfirmed messages sent again, before those published later', async () => {
      const ids = await listen()
      const publisher = await scene.start({ url: proxy.url })
      await publisher.publish(scene.envelopes(1))
      proxy.withholdAnswers()
      const envelopes = scene.envelopes(10, { partitionKey: 'same' })
      const publishing = publisher.publish(envelopes)
      await until(() => ids.length === 11)
      proxy.refuse(true)
      proxy.cut()
      await until(async () => (await publisher.health()).status === 'down')
      const later = scene.envelopes(5, { partitionKey: 'same' })
      const publishingLater = publisher.publish(later)
      proxy.refuse(false)
      await Promise.all([publishing, publishingLater])
      const wanted = envelopes.map(({ id }) => id)
      await until(() => ids.length === 26)
      expect(ids.slice(1)).to.deep.equal([...wanted, ...wanted, ...later.map(({ id }) => id)])
    })

    it('has messages that never reached the broker sent again before those that were not sent at all', async () => {
      const ids = await listen()
      const publisher = await scene.start({ url: proxy.url })
      await publisher.publish(scene.envelopes(1))
      proxy.withholdRequests()
      // more than are on their way at a time
      const envelopes = scene.envelopes(1500, { partitionKey: 'same' })
      const publishing = publisher.publish(envelopes)
      await new Promise((resolve) => setImmediate(resolve))
      proxy.cut()
      await publishing
      await until(() => ids.length === 1501)
      expect(ids.slice(1)).to.deep.equal(envelopes.map(({ id }) => id))
    })

    it('is waited out by what is published meanwhile', async () => {
      const ids = await listen()
      const publisher = await scene.start({ url: proxy.url })
      proxy.refuse(true)
      proxy.cut()
      await until(async () => (await publisher.health()).status === 'down')
      const envelopes = scene.envelopes(20, { partitionKey: 'same' })
      const publishing = publisher.publish(envelopes)
      proxy.refuse(false)
      await publishing
      await until(() => ids.length === envelopes.length)
      expect(ids).to.deep.equal(envelopes.map(({ id }) => id))
      expect((await publisher.health()).status).to.equal('up')
    })

    it('again and again loses nothing and keeps the order', async () => {
      const ids = await listen()
      const publisher = await scene.start({ url: proxy.url })
      const envelopes = scene.envelopes(600, { partitionKey: 'same' })
      const publishing = envelopes.map((envelope) => publisher.publish([envelope]))
      for (const cutAt of [50, 200, 400]) {
        await until(() => ids.length >= cutAt)
        proxy.cut()
      }
      await Promise.all(publishing)
      const wanted = envelopes.map(({ id }) => id)
      await until(() => new Set(ids).size === wanted.length)
      expect([...new Set(ids)]).to.deep.equal(wanted)
    })

    it('fails what is not confirmed at the deadline, and says which messages these are', async () => {
      await listen()
      const publisher = await scene.start({ url: proxy.url, publishDeadlineMs: 300 })
      await publisher.publish(scene.envelopes(1))
      proxy.withholdAnswers()
      const envelopes = scene.envelopes(3)
      const error = await failureOf(publisher.publish(envelopes))
      expect(error).to.include({ code: 'RABBITMQ_UNCONFIRMED', retryable: true })
      expect(error.details['unsent']).to.deep.equal(envelopes)
      proxy.cut()
      await publisher.publish(scene.envelopes(1))
    })

    it('does not keep a stop waiting beyond its deadline, and fails what is unconfirmed', async () => {
      const publisher = await scene.start({ url: proxy.url })
      await publisher.publish(scene.envelopes(1))
      proxy.withholdAnswers()
      const failing = failureOf(publisher.publish(scene.envelopes(1)))
      await publisher.stop({ deadlineMs: 50 })
      expect(await failing).to.include({ code: 'RABBITMQ_UNCONFIRMED' })
    })
  })

  it('confirms what was published when it is stopped at once', async () => {
    const ids = await listen()
    const publisher = await scene.start()
    const publishing = publisher.publish(scene.envelopes(100))
    await publisher.stop()
    await publishing
    await until(() => ids.length === 100)
  })
})
