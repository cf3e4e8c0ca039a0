import type { Envelope } from '@gulo/core'
import type { RabbitMqTransport } from '@gulo/rabbitmq'
import { expect } from 'chai'
import { describeWithBroker } from './support/broker.js'
import { read } from './support/codec.js'
import { failureOf, Scene, until } from './support/scene.js'

// Longer than any test: only what is found out otherwise is mended then.
const NEVER_MS = 600_000

describeWithBroker('An exchange or binding that is deleted by hand', (url) => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(url)
  })
  afterEach(() => scene.close())

  /** Ids in the order of their first arrival. */
  async function listen(transport: RabbitMqTransport, more = {}): Promise<Set<string>> {
    const ids = new Set<string>()
    await scene.subscribe(transport, (message) => void ids.add(read(message).id), more)
    return ids
  }

  const deleteExchange = (name = scene.domain) => scene.atBroker((channel) => channel.deleteExchange(name))
  const unbind = () => scene.atBroker((channel) => channel.unbindQueue(scene.queue, scene.domain, scene.type))
  const other = () => ({ type: `${scene.domain}.item.removed.v1`, topic: `${scene.domain}.item.removed.v1` })
  const routes = () => [
    { topic: scene.type, types: [scene.type] },
    { topic: other().topic, types: [other().type] },
  ]

  /** Publishes a stream of one key and deletes meanwhile; answers what was confirmed. */
  async function publishWhile(publisher: RabbitMqTransport, destroy: () => Promise<unknown>): Promise<string[]> {
    const envelopes = scene.envelopes(400, { partitionKey: 'same' })
    const published: Promise<string>[] = []
    for (const [index, envelope] of envelopes.entries()) {
      published.push(publisher.publish([envelope]).then(() => envelope.id))
      await new Promise((resolve) => setTimeout(resolve, 1))
      if (index === 60 || index === 200) await destroy()
    }
    return Promise.all(published)
  }

  describe('while messages are published to a subscription of another process', () => {
    for (const [what, destroy] of [
      ['exchange', () => deleteExchange()],
      ['binding', () => unbind()],
    ] as const) {
      it(`loses nothing that was confirmed when it is the ${what}`, async () => {
        const ids = await listen(await scene.start({ repairMs: 50 }))
        const publisher = await scene.start()
        const confirmed = await publishWhile(publisher, destroy)
        await until(() => ids.size === confirmed.length)
        expect([...ids]).to.have.members(confirmed)
        expect((await publisher.health()).status).to.equal('up')
      })
    }

    it('keeps the order of what is published while the exchange is away', async () => {
      const ids = await listen(await scene.start({ repairMs: NEVER_MS }))
      const publisher = await scene.start()
      let binding: Promise<unknown> | undefined
      const confirmed = await publishWhile(publisher, async () => {
        await binding
        await until(async () => (await publisher.health()).status === 'up')
        await deleteExchange()
        binding = until(async () => (await publisher.health()).detail?.includes('no queue is bound') === true).then(
          () => scene.atBroker((channel) => channel.bindQueue(scene.queue, scene.domain, scene.type)),
        )
      })
      await binding
      await until(() => ids.size === confirmed.length)
      expect([...ids]).to.deep.equal(confirmed)
    })

    it('loses no message of a type that was never published before', async () => {
      const ids = await listen(await scene.start({ repairMs: 300 }), { routes: routes() })
      const publisher = await scene.start({ repairMs: 1000 })
      await publisher.publish(scene.envelopes(1))
      await deleteExchange()
      const [first, second]: Envelope[] = [scene.envelope(), scene.envelope(other())]
      await publisher.publish([first as Envelope, second as Envelope])
      await until(() => ids.size === 3)
    })
  })

  describe('of a subscription in the process that publishes', () => {
    it('is mended when the next message finds it gone', async () => {
      const transport = await scene.start({ repairMs: NEVER_MS })
      const ids = await listen(transport)
      await transport.publish(scene.envelopes(1))
      await deleteExchange()
      await transport.publish(scene.envelopes(3))
      await unbind()
      await transport.publish(scene.envelopes(3))
      await until(() => ids.size === 7)
    })

    it('is mended before the first message', async () => {
      const transport = await scene.start({ repairMs: NEVER_MS })
      const ids = await listen(transport)
      await deleteExchange()
      await transport.publish(scene.envelopes(1))
      await until(() => ids.size === 1)
    })

    it('is mended when it was declared for somebody else', async () => {
      const transport = await scene.start({ repairMs: NEVER_MS })
      await transport.declare([
        { group: scene.domain, action: 'work', routes: [{ topic: scene.type, types: [scene.type] }] },
      ])
      await deleteExchange()
      await transport.publish(scene.envelopes(2))
      expect((await scene.atBroker((channel) => channel.checkQueue(scene.queue))).messageCount).to.equal(2)
    })
  })

  describe('while nobody publishes', () => {
    /** Whether what a client without any of this publishes comes to a queue. */
    const isRouted = () =>
      scene.atBroker(async (channel) => {
        await channel.checkExchange(scene.domain)
        let returned = false
        channel.on('return', () => {
          returned = true
        })
        channel.publish(scene.domain, scene.type, Buffer.from('{}'), { mandatory: true })
        // Answered after what was published before it on this channel.
        await channel.checkExchange(scene.domain)
        return !returned
      })

    for (const [what, options, more] of [
      ['queue', {}, {}],
      ['partition', { partitions: 2 }, {}],
      ['broadcast', {}, { broadcast: true }],
    ] as const) {
      it(`is mended by a subscription to a ${what}`, async () => {
        await listen(await scene.start({ ...options, repairMs: 50 }), more)
        await deleteExchange()
        await until(() => isRouted().catch(() => false))
      })
    }

    it('is mended inside a subscription that is shared by key', async () => {
      const transport = await scene.start({ partitions: 2, repairMs: 50 })
      const ids = await listen(transport)
      await deleteExchange(`${scene.queue}.1`)
      await until(() =>
        scene
          .atBroker((channel) => channel.checkExchange(`${scene.queue}.1`))
          .then(
            () => true,
            () => false,
          ),
      )
      await transport.publish(scene.envelopes(20))
      await until(() => ids.size === 20)
    })
  })

  describe('for good', () => {
    it('has the first message wait and fail, the later ones fail at once, and says so in the health', async () => {
      const publisher = await scene.start({ repairMs: 100 })
      const handle = await scene.subscribe(await scene.start(), () => undefined)
      await publisher.publish(scene.envelopes(1))
      await handle.close()
      await unbind()
      const failing = failureOf(publisher.publish(scene.envelopes(2)))
      await until(async () => (await publisher.health()).status === 'degraded')
      expect((await publisher.health()).detail).to.include(`no queue is bound any more for ${scene.type}`)
      const error = await failing
      expect(error).to.include({ code: 'RABBITMQ_UNROUTABLE', retryable: true })
      expect(error.message).to.include('the one there was is gone, and none was bound within 200 ms')
      expect(await failureOf(publisher.publish(scene.envelopes(1)))).to.include({ code: 'RABBITMQ_UNROUTABLE' })
      const ids = await listen(await scene.start())
      await publisher.publish(scene.envelopes(1))
      await until(() => ids.size === 1)
      expect((await publisher.health()).status).to.equal('up')
    })

    it('fails messages at their deadline when that comes first', async () => {
      const publisher = await scene.start({ publishDeadlineMs: 2000, repairMs: 5000 })
      const handle = await scene.subscribe(await scene.start(), () => undefined)
      await publisher.publish(scene.envelopes(1))
      await handle.close()
      await unbind()
      expect(await failureOf(publisher.publish(scene.envelopes(2)))).to.include({ code: 'RABBITMQ_UNROUTABLE' })
    })

    it('does not keep a stop waiting', async () => {
      const publisher = await scene.start()
      const handle = await scene.subscribe(await scene.start(), () => undefined)
      await publisher.publish(scene.envelopes(1))
      await handle.close()
      await unbind()
      const failing = failureOf(publisher.publish(scene.envelopes(1)))
      await publisher.stop({ deadlineMs: 20 })
      expect(await failing).to.include({ retryable: true })
    })
  })

  describe('where somebody else makes it', () => {
    const declared = async () => {
      const maker = await scene.start()
      await maker.declare([
        { group: scene.domain, action: 'work', routes: [{ topic: scene.type, types: [scene.type] }] },
      ])
      await maker.stop()
    }
    const isThere = () =>
      scene
        .atBroker((channel) => channel.checkExchange(scene.domain))
        .then(
          () => true,
          () => false,
        )

    for (const topology of ['verify', 'assume'] as const) {
      it(`fails what is published with ${topology}, naming the exchange, and makes nothing`, async () => {
        await declared()
        const transport = await scene.start({ topology, repairMs: 50 })
        await listen(transport)
        await transport.publish(scene.envelopes(1))
        await deleteExchange()
        for (let times = 0; times < 3; times++) {
          const error = await failureOf(transport.publish(scene.envelopes(1)))
          expect(error).to.include({ code: 'RABBITMQ_TOPOLOGY_MISSING', retryable: true })
          expect(error.message).to.include(`does not have the exchange ${scene.domain}`)
          expect(error.message).to.include('set topology to "create"')
        }
        expect(await isThere()).to.equal(false)
      })

      it(`fails what is published with ${topology} when the binding is gone, and binds nothing`, async () => {
        await declared()
        const transport = await scene.start({ topology, repairMs: 50 })
        const ids = await listen(transport)
        await transport.publish(scene.envelopes(1))
        await unbind()
        const error = await failureOf(transport.publish(scene.envelopes(1)))
        expect(error).to.include({ code: 'RABBITMQ_UNROUTABLE', retryable: true })
        expect(error.message).to.include(
          `the one there was is gone, and with topology "${topology}" none is bound here`,
        )
        await scene.atBroker((channel) => channel.bindQueue(scene.queue, scene.domain, scene.type))
        await transport.publish(scene.envelopes(1))
        await until(() => ids.size === 2)
      })
    }

    it('is told by the health with verify, until it is there again', async () => {
      await declared()
      const transport = await scene.start({ topology: 'verify', repairMs: 50 })
      await listen(transport)
      await deleteExchange()
      await until(async () => (await transport.health()).status === 'degraded')
      expect((await transport.health()).detail).to.include(`does not have the exchange ${scene.domain}`)
      await declared()
      await until(async () => (await transport.health()).status === 'up')
    })
  })
})
