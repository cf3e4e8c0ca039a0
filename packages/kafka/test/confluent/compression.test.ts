import { expect } from 'chai'
import { describeWithConfluent, starterOf } from '../support/clients.js'
import { envelope, idOf, subscriptionOf } from '../support/messages.js'
import { unique, until } from '../support/real-kafka.js'

describeWithConfluent('Compression without plug-ins', (brokers, client) => {
  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    it(`carries batches in ${compression}`, async () => {
      const topic = unique(compression)
      const transport = await starterOf(client)(brokers, { compression })
      const seen: string[] = []
      await transport.subscribe(subscriptionOf(topic, unique('group'), (message) => void seen.push(idOf(message))))
      const ids = Array.from({ length: 50 }, (_, number) => String(number))
      await transport.publish(ids.map((id) => envelope(topic, id, 'one')))
      await until(() => seen.length === 50)
      await transport.stop()
      expect(seen).to.deep.equal(ids)
    })
  }
})
