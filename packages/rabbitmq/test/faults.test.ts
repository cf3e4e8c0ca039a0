import type { Envelope } from '@gulo/core'
import { expect } from 'chai'
import { read } from './support/codec.js'
import { describeWithNode } from './support/node.js'
import { failureOf, Scene, until } from './support/scene.js'

describeWithNode('A RabbitMQ in trouble', { conf: ['max_message_size = 100000'] }, (node) => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(node().address)
  })
  afterEach(() => scene.close())

  /** A queue whose declaration has reached the disk: one killed within a second of it is broken for good. */
  const settle = () => new Promise((resolve) => setTimeout(resolve, 2000))

  describe('that goes away while messages are published and consumed', () => {
    const away: readonly (readonly [string, () => Promise<void>])[] = [
      ['is killed', () => node().kill()],
      ['is restarted', () => node().kill('SIGTERM')],
    ]
    for (const [what, end] of away) {
      it(`loses nothing and keeps the order when it ${what}`, async () => {
        const seen = new Set<string>()
        // Only then does the broker not give a new consumer later messages before those of the one that is gone.
        const [transport, publisher] = [await scene.start({ singleActiveConsumer: true }), await scene.start()]
        await scene.subscribe(transport, (message) => void seen.add(read(message).id))
        await settle()
        const envelopes = scene.envelopes(400, { partitionKey: 'same' })
        const publishing: Promise<void>[] = []
        for (const [index, envelope] of envelopes.entries()) {
          publishing.push(publisher.publish([envelope]))
          if (index === 200) {
            await until(() => seen.size > 50)
            await end()
          }
          if (index === 300) await node().start()
        }
        await Promise.all(publishing)
        await until(() => seen.size === envelopes.length)
        expect([...seen]).to.deep.equal(envelopes.map(({ id }) => id))
        await until(async () => (await publisher.health()).status === 'up')
      })
    }

    it('loses nothing when it closes all connections', async () => {
      const seen = new Set<string>()
      const [transport, publisher] = [await scene.start(), await scene.start()]
      await scene.subscribe(transport, (message) => void seen.add(read(message).id))
      const sent: Envelope[] = []
      const stream = (async () => {
        while (sent.length < 600) {
          const envelopes = scene.envelopes(20)
          sent.push(...envelopes)
          await publisher.publish(envelopes)
        }
      })()
      for (let times = 0; times < 2; times++) await node().control('close_all_connections', 'a test')
      await stream
      await until(() => sent.every(({ id }) => seen.has(id)))
    })
  })

  describe('that is short of memory', () => {
    afterEach(() => node().control('set_vm_memory_high_watermark', '0.4'))

    it('has publishes wait and fail at their deadline with its reason, has consumers go on, and recovers', async () => {
      const ids: string[] = []
      const acknowledge: (() => void)[] = []
      const transport = await scene.start({ publishDeadlineMs: 2500 })
      await scene.subscribe(transport, (message) => {
        ids.push(read(message).id)
        return ids.length <= 10 ? new Promise<void>((resolve) => acknowledge.push(resolve)) : undefined
      })
      await transport.publish(scene.envelopes(10))
      await until(() => acknowledge.length === 10)
      await node().control('set_vm_memory_high_watermark', '0.0001')
      const errors = await Promise.all(scene.envelopes(3).map((envelope) => failureOf(transport.publish([envelope]))))
      for (const error of errors) expect(error).to.include({ code: 'RABBITMQ_UNCONFIRMED', retryable: true })
      expect(errors[0]?.message).to.include('low on memory')
      expect(await transport.health()).to.deep.equal({
        status: 'degraded',
        detail: 'the broker takes no messages: low on memory.',
      })
      for (const done of acknowledge) done()
      await until(async () => (await transport.lag(scene.domain, [scene.type]))[0]?.lag === 0)
      await node().control('set_vm_memory_high_watermark', '0.4')
      const last = scene.envelope()
      await until(() =>
        transport.publish([last]).then(
          () => true,
          () => false,
        ),
      )
      await until(() => ids.includes(last.id))
      expect((await transport.health()).status).to.equal('up')
    })
  })

  describe('that takes messages and never confirms them', () => {
    const server = () => `'%2F_${scene.queue}'`

    it('has the channel renewed, then the connection, says so in its health, and goes on when it answers', async () => {
      const transport = await scene.start({ publishDeadlineMs: 300 })
      await transport.declare([
        { group: scene.domain, action: 'work', routes: [{ topic: scene.type, types: [scene.type] }] },
      ])
      await transport.publish(scene.envelopes(1))
      await settle()
      await node().control('eval', `sys:suspend(${server()}).`)
      const details: (string | undefined)[] = []
      for (let times = 0; times < 2; times++) {
        const error = await failureOf(transport.publish(scene.envelopes(1)))
        expect(error).to.include({ code: 'RABBITMQ_UNCONFIRMED', retryable: true })
        details.push((await transport.health()).detail)
        await until(async () => !(await transport.health()).detail?.includes('being opened'))
      }
      expect(details[0]).to.include(
        'did not confirm 1 messages within 300 ms, so the channel to publish on was renewed',
      )
      expect(scene.warnings.join()).to.include('so the connection to publish on was renewed')
      await node().control('eval', `sys:resume(${server()}).`)
      await until(() =>
        transport.publish(scene.envelopes(1)).then(
          () => true,
          () => false,
        ),
      )
      await until(async () => (await transport.health()).status === 'up')
    })
  })

  it('refuses a message that is too large for it for good, and takes those sent with it', async () => {
    const ids: string[] = []
    const transport = await scene.start()
    await scene.subscribe(transport, (message) => void ids.push(read(message).id))
    const [good, bad, other] = [scene.envelope(), scene.envelope({ payload: 'x'.repeat(200_000) }), scene.envelope()]
    const error = await failureOf(transport.publish([good, bad, other]))
    expect(error).to.include({ code: 'RABBITMQ_REJECTED', retryable: false })
    expect(error.message).to.include('larger than configured max size')
    expect(error.details['unsent']).to.deep.equal([bad])
    await until(() => ids.includes(good.id) && ids.includes(other.id))
  })

  it('refuses a user without the right to configure, naming what was refused', async () => {
    await node()
      .control('add_user', 'reader', 'secret')
      .catch(() => undefined)
    await node().control('set_permissions', 'reader', '^$', '^$', '.*')
    const url = node().address.replace('guest:guest', 'reader:secret')
    const transport = await scene.start({ url })
    const error = await failureOf(scene.subscribe(transport, () => undefined))
    expect(error).to.include({ code: 'RABBITMQ_TOPOLOGY_REFUSED', retryable: false })
    expect(error.message).to.include(`the exchange ${scene.domain}`).and.to.include('ACCESS_REFUSED')
    const publishing = await failureOf(transport.publish(scene.envelopes(1)))
    expect(publishing).to.include({ code: 'RABBITMQ_TOPOLOGY_REFUSED', retryable: false })
  })

  it('refuses a user without the right to write, for good', async () => {
    await scene.atBroker((channel) => channel.assertExchange(scene.domain, 'topic'))
    await node()
      .control('add_user', 'mute', 'secret')
      .catch(() => undefined)
    await node().control('set_permissions', 'mute', '.*', '^$', '.*')
    const transport = await scene.start({ url: node().address.replace('guest:guest', 'mute:secret') })
    const error = await failureOf(transport.publish(scene.envelopes(2)))
    expect(error).to.include({ retryable: false })
    expect(error.message).to.include('ACCESS_REFUSED')
  })
})
