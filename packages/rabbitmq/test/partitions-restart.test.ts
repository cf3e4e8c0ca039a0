import { expect } from 'chai'
import { plainCodec, read } from './support/codec.js'
import { describeWithNode } from './support/node.js'
import { Scene, until } from './support/scene.js'

describeWithNode('Partitions of a node that restarts', {}, (node) => {
  it('have every key in the queue it was in, however often and however it restarts', async function () {
    this.timeout(180_000)
    const scene = new Scene(node().address, { codec: plainCodec, partitions: 3, rebalanceMs: 60_000 })
    const queuesOfKey = new Map<string, Set<string>>()
    const seen = new Set<string>()
    try {
      const transport = await scene.start()
      await scene.subscribe(transport, (message) => {
        const queues = queuesOfKey.get(message.key ?? '') ?? new Set()
        queuesOfKey.set(message.key ?? '', queues.add(message.queue ?? ''))
        seen.add(read(message).id)
      })
      let sent = 0
      const publish = async () => {
        const envelopes = scene.envelopes(120)
        await transport.publish(envelopes.map((each, index) => ({ ...each, partitionKey: `key-${index % 60}` })))
        sent += envelopes.length
        await until(() => seen.size === sent)
      }
      await publish()
      // In order first: killed within seconds of making a quorum queue, this broker comes back with the queue unusable.
      for (const signal of ['SIGTERM', 'SIGKILL', 'SIGKILL', 'SIGKILL'] as const) {
        await node().kill(signal)
        await node().start()
        await publish()
      }
      expect(queuesOfKey.size).to.equal(60)
      expect([...queuesOfKey].filter(([, queues]) => queues.size !== 1)).to.deep.equal([])
      expect(new Set([...queuesOfKey.values()].flatMap((queues) => [...queues])).size).to.equal(3)
    } finally {
      scene.willDeletePartitions(scene.queue)
      await scene.close()
    }
  })
})
