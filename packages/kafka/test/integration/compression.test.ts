import { type KafkaCodec, kafka } from '@gulo/kafka'
import { expect } from 'chai'
import kafkajs from 'kafkajs'
import { zstdOfNode } from '../../dist/config/codecs.js'
import { envelope, idOf, subscriptionOf, testOptions } from '../support/messages.js'
import { describeWithKafka, startKafka, unique, until } from '../support/real-kafka.js'
import { failureOf } from '../support/rejections.js'
import { snappy } from '../support/snappy.js'

const IDS = ['a', 'b', 'c', 'd']
const SNAPPY = 2

describeWithKafka('Batches compressed by a codec plug-in', (brokers) => {
  it('reach a transport, and a plain kafkajs consumer, as they were published', async () => {
    const topic = unique('snappy')
    const { compressed, decompressed } = snappy.counts
    const transport = await startKafka(brokers, { compression: 'snappy', codecs: { snappy } })
    await transport.publish(IDS.map((id) => envelope(topic, id, 'one', { payload: 'x'.repeat(500) })))
    expect(snappy.counts.compressed).to.be.greaterThan(compressed)
    const seen: string[] = []
    await transport.subscribe(subscriptionOf(topic, unique('group'), (message) => void seen.push(idOf(message))))
    await until(() => seen.length === IDS.length)
    await transport.stop()
    expect(snappy.counts.decompressed).to.be.greaterThan(decompressed)
    expect(seen).to.deep.equal(IDS)
    expect(await readPlainly(brokers, topic)).to.deep.equal(IDS)
  }).timeout(30_000)

  it('whose package is missing fail the start at once, with what to install', async () => {
    const library = '@gulo/no-such-codec'
    const load = async () => (await import(library)) as KafkaCodec
    const missing: KafkaCodec = {
      compress: async (bytes) => (await load()).compress(bytes),
      decompress: async (bytes) => (await load()).decompress(bytes),
    }
    const restore = forget(SNAPPY)
    const transport = kafka(testOptions(brokers, { compression: 'snappy', codecs: { snappy: missing } }))
    try {
      const error = await failureOf(transport.start())
      expect([error.code, error.retryable]).to.deep.equal(['GULO_CONFIGURATION_INVALID', false])
      expect(error.message).to.include(`npm install ${library}`)
    } finally {
      await transport.stop()
      restore()
    }
  })

  it('that nobody here can read are told in the health of the transport', async () => {
    const topic = unique('unreadable')
    const writer = await startKafka(brokers, { compression: 'snappy', codecs: { snappy } })
    await writer.publish(IDS.map((id) => envelope(topic, id, 'one')))
    await writer.stop()
    const restore = forget(SNAPPY)
    const reader = await startKafka(brokers)
    try {
      const joined = reader.subscribe(subscriptionOf(topic, unique('group'), () => undefined)).catch(() => undefined)
      await until(async () => (await reader.health()).detail?.includes('Snappy') === true)
      const { status, detail } = await reader.health()
      expect(status).to.equal('degraded')
      expect(detail).to.match(/Snappy compression not implemented; pass codecs/)
      await reader.stop({ deadlineMs: 2000 })
      await joined
    } finally {
      restore()
    }
  }).timeout(30_000)
})

describeWithKafka('Batches compressed with zstd', (brokers) => {
  const there = zstdOfNode() !== undefined
  const title = 'need no plug-in'
  ;(there ? it : it.skip)(there ? title : `${title} [skipped: node:zlib has none before Node 22.15]`, async () => {
    const topic = unique('zstd')
    const transport = await startKafka(brokers, { compression: 'zstd' })
    await transport.publish(IDS.map((id) => envelope(topic, id, 'one')))
    await transport.stop()
    expect(await readPlainly(brokers, topic)).to.deep.equal(IDS)
  }).timeout(30_000)
})

/** The ids in a topic, read by kafkajs alone. */
async function readPlainly(brokers: readonly string[], topic: string): Promise<string[]> {
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING })
  const consumer = client.consumer({ groupId: unique('plain'), maxWaitTimeInMs: 100 })
  const ids: string[] = []
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => void ids.push(String(message.headers?.['ce_id'])) })
  await until(() => ids.length === IDS.length)
  await consumer.disconnect()
  return ids
}

/** Takes a codec from kafkajs as if it had never been registered; the answer puts it back. */
function forget(type: number): () => void {
  const table = kafkajs.CompressionCodecs as Record<number, unknown>
  const known = table[type]
  table[type] = () => {
    throw Object.assign(new Error('Snappy compression not implemented'), {
      name: 'KafkaJSNotImplemented',
      retriable: false,
    })
  }
  return () => {
    table[type] = known
  }
}
