import { expect } from 'chai'
import { settingsOf } from '../../dist/config/resolve.js'
import { KafkaProducer } from '../../dist/producing/kafka-producer.js'
import { TopicTable } from '../../dist/topics/topic-table.js'
import { FakeClient } from '../support/fake-client.js'
import { manualRuntime, settled } from '../support/manual-clock.js'
import { quiet, testOptions } from '../support/messages.js'

describe('A producer near the end of its sequence numbers', () => {
  it('is replaced once nothing is under way', async () => {
    const client = new FakeClient()
    client.topics.set('t', [1])
    const { runtime } = manualRuntime()
    const settings = settingsOf(testOptions(['localhost:9092']))
    const topics = new TopicTable(client.createAdmin(), settings, runtime)
    const producer = new KafkaProducer({
      ...settings,
      client,
      topics,
      runtime,
      logger: quiet,
      batchSize: 2,
      maxBatchBytes: 1e6,
      connectDeadlineMs: 1000,
      publishDeadlineMs: 1000,
      maxSequence: 4,
    })
    await producer.start()
    const record = (id: string) => ({
      topic: 't',
      partition: 0,
      record: { key: undefined, value: null, headers: { ce_id: id }, timestamp: 1 },
    })
    await producer.publish(['a', 'b', 'c', 'd', 'e'].map(record))
    await settled()
    expect(client.sent.map(({ session, batches }) => [session, ...(batches[0]?.ids ?? [])])).to.deep.equal([
      [1, 'a', 'b'],
      [1, 'c', 'd'],
      [2, 'e'],
    ])
    expect(client.sessions.map(({ closed, destroyed }) => [closed, destroyed])).to.deep.equal([
      [true, false],
      [false, false],
    ])
  })
})
