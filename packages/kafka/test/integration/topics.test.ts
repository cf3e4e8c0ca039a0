import type { GuloError, Logger } from '@gulo/core'
import { expect } from 'chai'
import { envelope, subscriptionOf } from '../support/messages.js'
import { describeWithKafka, startKafka, unique, until } from '../support/real-kafka.js'

const failureOf = (promise: Promise<unknown>): Promise<GuloError> =>
  promise.then(
    () => expect.fail('it resolved'),
    (error) => error,
  )

describeWithKafka('Making sure of topics on a real broker', (brokers) => {
  it('creates them as asked, grows them when told to, and reports what differs', async () => {
    const topic = unique('made')
    const warnings: string[] = []
    const logger: Logger = {
      info: () => undefined,
      warn: (text) => void warnings.push(text),
      error: () => undefined,
    }
    const transport = await startKafka(brokers, { logger })
    const configs = { 'retention.ms': '3600000', 'cleanup.policy': 'compact' }
    const created = await transport.ensureTopics([{ topic, partitions: 2, replication: 1, configs }])
    expect(created).to.deep.equal([{ topic, outcome: 'created', partitions: 2, differences: [] }])
    const again = await transport.ensureTopics([{ topic, partitions: 2, replication: 1, configs }])
    expect(again).to.deep.equal([{ topic, outcome: 'unchanged', partitions: 2, differences: [] }])

    const shrunk = await failureOf(transport.ensureTopics([{ topic, partitions: 1 }]))
    expect([shrunk.code, shrunk.details['found'], shrunk.details['asked']]).to.deep.equal(['KAFKA_TOPIC_SHRINKS', 2, 1])

    const other = { topic, partitions: 4, replication: 2, configs: { 'retention.ms': '7200000' } }
    const [grown] = await transport.ensureTopics([{ ...other, grow: true }])
    await transport.stop()
    expect(grown).to.deep.equal({
      topic,
      outcome: 'grown',
      partitions: 4,
      differences: [
        { name: 'replication', found: '1', asked: '2' },
        { name: 'retention.ms', found: '3600000', asked: '7200000' },
      ],
    })
    expect(warnings[0]).to.match(/grows from 2 to 4 partitions/)
  }).timeout(30_000)

  it('names the broker and the reason when the broker refuses', async () => {
    const transport = await startKafka(brokers)
    const error = await failureOf(transport.ensureTopics([{ topic: unique('copies'), replication: 99 }]))
    await transport.stop()
    expect(error.code).to.equal('KAFKA_REFUSED')
    expect(error.message).to.match(/refused ensureTopics: .*[Rr]eplication/)
  })
})

describeWithKafka('Partitions added on a real broker while messages are published', (brokers) => {
  it('are used after metadataRefreshMs, and no message is lost or stored twice', async () => {
    const topic = unique('growing')
    const [publisher, grower] = await Promise.all([
      startKafka(brokers, { metadataRefreshMs: 100, partitioner: 'round-robin' }),
      startKafka(brokers),
    ])
    await grower.ensureTopics([{ topic, partitions: 2 }])
    const partitions = new Set<number>()
    let count = 0
    const publish = async () => {
      for (let each = 0; each < 20; each++) await publisher.publish([envelope(topic, String(count++))])
    }
    await publish()
    await grower.ensureTopics([{ topic, partitions: 5, grow: true }])
    const reader = await startKafka(brokers)
    await reader.subscribe(
      subscriptionOf(topic, unique('late'), ({ partition }) => void partitions.add(partition as number)),
    )
    await until(async () => {
      await publish()
      return partitions.size === 5
    })
    await publisher.stop()
    await reader.stop()
    const ids: string[] = []
    const auditor = await startKafka(brokers)
    await auditor.subscribe(
      subscriptionOf(topic, unique('audit'), ({ headers }) => void ids.push(String(headers['ce_id']))),
    )
    await until(() => ids.length >= count)
    await auditor.stop()
    await grower.stop()
    expect(ids.length).to.equal(count)
    expect(new Set(ids).size).to.equal(count)
  }).timeout(60_000)
})
