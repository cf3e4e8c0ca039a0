import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RabbitMqOptions, rabbitmqDefinitions, topologyOf } from '@gulo/rabbitmq'
import { expect } from 'chai'
import { describeWithBroker } from './support/broker.js'
import { definitions } from './support/definitions-example.js'
import { describeWithNode } from './support/node.js'
import { failureOf, Scene, until } from './support/scene.js'

const wantedOf = (scene: Scene) => ({
  group: scene.domain,
  action: 'work',
  routes: [{ topic: scene.type, types: [scene.type] }],
})

describeWithBroker('Exchanges and queues that somebody else makes', (url) => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene(url)
  })
  afterEach(() => scene.close())

  const start = (topology: RabbitMqOptions['topology'] & string) => scene.start({ topology, startDeadlineMs: 500 })

  it('are told all at once when they are missing and verified', async () => {
    const transport = await start('verify')
    const error = await failureOf(scene.subscribe(transport, () => undefined))
    expect(error).to.include({ code: 'RABBITMQ_TOPOLOGY_MISSING', retryable: true })
    expect(error.details['missing']).to.equal(
      `the exchange ${scene.domain}, the queue ${scene.queue}.quarantine, the queue ${scene.queue}`,
    )
    expect((await transport.health()).status).to.equal('up')
    const publishing = await failureOf(transport.publish(scene.envelopes(1)))
    expect(publishing).to.include({ code: 'RABBITMQ_TOPOLOGY_MISSING', retryable: true })
  })

  for (const topology of ['verify', 'assume'] as const) {
    it(`are used as they are with ${topology}`, async () => {
      let count = 0
      await (await scene.start()).declare([wantedOf(scene)])
      const transport = await start(topology)
      await scene.subscribe(transport, () => void count++)
      await transport.publish(scene.envelopes(3))
      await until(() => count === 3)
    })

    it(`are not made with ${topology}, but the queue of a broadcast is`, async () => {
      let count = 0
      await (await scene.start()).declare([wantedOf(scene)])
      const transport = await start(topology)
      await scene.subscribe(transport, () => void count++, { broadcast: true })
      await transport.publish(scene.envelopes(1))
      await until(() => count === 1)
      await failureOf(scene.subscribe(transport, () => undefined, { action: 'another' }))
      const queue = scene.willDelete(`${scene.domain}.another.normal`)
      const error = await failureOf(scene.atBroker((channel) => channel.checkQueue(queue)))
      expect(error.message).to.include('NOT_FOUND')
    })
  }

  it('keep what is published before the first consumer starts, when the publisher declares them', async () => {
    let count = 0
    const publisher = await scene.start({ unroutable: 'fail' })
    await publisher.declare([wantedOf(scene)])
    await publisher.publish(scene.envelopes(5))
    await scene.subscribe(await scene.start(), () => void count++)
    await until(() => count === 5)
  })
})

describe('Definitions of RabbitMQ', () => {
  it('are JSON in the example of the page', () => {
    expect(JSON.parse(definitions)).to.have.keys('exchanges', 'queues', 'bindings')
  })

  const topology = topologyOf([
    {
      group: 'inventory',
      action: 'reserve',
      routes: [{ topic: 'ordering.order.placed.v1', types: ['ordering.order.placed.v1'] }],
    },
    {
      group: 'mail',
      action: 'confirm',
      routes: [{ topic: 'ordering.order.placed.v1', types: ['ordering.order.placed.v1'] }],
    },
  ])

  it('name each exchange, queue and binding once, for a virtual host', () => {
    const { exchanges, queues, bindings } = rabbitmqDefinitions(topology, 'shop')
    expect(exchanges).to.deep.equal([
      {
        name: 'ordering',
        vhost: 'shop',
        durable: true,
        auto_delete: false,
        type: 'topic',
        internal: false,
        arguments: {},
      },
    ])
    expect(queues.map(({ name }) => name)).to.deep.equal([
      'inventory.reserve.normal.quarantine',
      'inventory.reserve.normal',
      'mail.confirm.normal.quarantine',
      'mail.confirm.normal',
    ])
    expect(bindings[0]).to.deep.equal({
      source: 'ordering',
      vhost: 'shop',
      destination: 'inventory.reserve.normal',
      destination_type: 'queue',
      routing_key: 'ordering.order.placed.v1',
      arguments: {},
    })
  })
})

describeWithNode('Definitions that were imported', {}, (node) => {
  it('are what a transport would have declared', async () => {
    const scene = new Scene(node().address)
    const folder = await mkdtemp(join(tmpdir(), 'gulo-definitions-'))
    try {
      const options = { partitions: 3 }
      const file = join(folder, 'definitions.json')
      await writeFile(file, JSON.stringify(rabbitmqDefinitions(topologyOf([wantedOf(scene)], options))))
      await node().control('import_definitions', file)
      let count = 0
      const assuming = await scene.start({ ...options, topology: 'assume' })
      await scene.subscribe(assuming, () => void count++)
      // Declared with any other argument it would be refused.
      await scene.subscribe(await scene.start(options), () => void count++)
      await assuming.publish(scene.envelopes(30))
      await until(() => count === 30)
    } finally {
      scene.willDeletePartitions(scene.queue)
      await scene.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
