import { kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { describeWithBreakingKafka } from '../support/breaking-kafka.js'
import { describeLongWithConfluent } from '../support/clients.js'
import { envelope, idOf, subscriptionOf, testOptions } from '../support/messages.js'
import { unique, until } from '../support/real-kafka.js'

const MESSAGES = 4000
const KEYS = 20

describeWithBreakingKafka('Publishing through a network that loses acknowledgements', (own) => {
  describeLongWithConfluent('A publisher', (_, client) => {
    it('stores every message once, in the order of its key', async () => {
      const broker = own()
      const topic = unique('broken')
      const publisher = kafka(
        testOptions([broker.address], {
          ...client,
          requestTimeoutMs: 3000,
          batchSize: 20,
          ensureTopics: { partitions: 3 },
        }),
      )
      await publisher.start()
      broker.breakAcks(15, ['cut', 'reset', 'half-close', { delayMs: 40 }])
      const published: Promise<void>[] = []
      for (let number = 0; number < MESSAGES; number++) {
        published.push(publisher.publish([envelope(topic, String(number), `key-${number % KEYS}`)]))
        if (number % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      const failed = (await Promise.allSettled(published)).filter(({ status }) => status === 'rejected')
      const { cut, reset, halfClosed } = broker.proxy.counts
      broker.proxy.use()
      await publisher.stop()
      const stored = await readAll(broker.direct, topic)
      expect(failed).to.deep.equal([])
      expect(Math.min(cut, reset, halfClosed)).to.be.greaterThan(0)
      expect(stored.length - new Set(stored).size, 'stored twice').to.equal(0)
      expect(new Set(stored).size, 'stored').to.equal(MESSAGES)
      const numbers = stored.map(Number)
      for (let key = 0; key < KEYS; key++) {
        const ofKey = numbers.filter((number) => number % KEYS === key)
        expect(ofKey, `key-${key}`).to.deep.equal([...ofKey].sort((left, right) => left - right))
      }
    }).timeout(120_000)

    it('gives up at the deadline, and what comes after is not overtaken by what was given up', async () => {
      const broker = own()
      const topic = unique('given-up')
      const options = { ...client, requestTimeoutMs: 2000, publishDeadlineMs: 1500, ensureTopics: { partitions: 1 } }
      const publisher = kafka(testOptions([broker.address], options))
      await publisher.start()
      await publisher.publish([envelope(topic, 'before', 'one')])
      broker.proxy.stall('client')
      const error = await publisher.publish([envelope(topic, 'given up', 'one')]).then(
        () => expect.fail('it resolved'),
        (reason) => reason,
      )
      // what hangs in the network is lost with its connection
      broker.proxy.cut()
      broker.proxy.resume()
      await publisher.publish([envelope(topic, 'after', 'one')])
      await publisher.stop()
      expect([error.code, error.retryable]).to.deep.equal(['KAFKA_PUBLISH_FAILED', true])
      expect(await readAll(broker.direct, topic)).to.deep.equal(['before', 'after'])
    }).timeout(60_000)
  })
})

/** Everything in a topic, read by the other client; a marker in each partition says that its end is reached. */
async function readAll(address: string, topic: string): Promise<string[]> {
  const reader = kafka(testOptions([address]))
  await reader.start()
  const seen: string[] = []
  const partitions = new Set<number | undefined>()
  let markers = 0
  await reader.subscribe(
    subscriptionOf(topic, unique('reader'), (message) => {
      if (idOf(message) === 'end') markers += 1
      else seen.push(idOf(message))
      partitions.add(message.partition)
    }),
  )
  const [{ partitions: count } = { partitions: 1 }] = await reader.ensureTopics([topic])
  await reader.publish(Array.from({ length: count }, (_, partition) => ({ ...envelope(topic, 'end'), partition })))
  await until(() => markers === count)
  await reader.stop()
  return seen
}
