import type { KafkaFailure, KafkaRecord, PartitionBatch, ProducerSession } from '@gulo/kafka'
import { kafka } from '@gulo/kafka'
import { confluent } from '@gulo/kafka/confluent'
import { expect } from 'chai'
import { testOptions } from '../support/messages.js'
import { FakeDriver, type FakeProducer } from './fake-driver.js'

const record = (value: string): KafkaRecord => ({ key: 'k', value: Buffer.from(value), headers: {}, timestamp: 1 })
const batchOf = (partition: number, ...values: string[]): PartitionBatch => ({
  topic: 'orders',
  partition,
  records: values.map(record),
})
const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`
const TIMED_OUT = { message: 'Local: Message timed out', code: -192 }
const TOO_LARGE = { message: 'Broker: Message size too large', code: 10 }

async function connectedProducer(driver: FakeDriver) {
  let made: ReturnType<ReturnType<typeof confluent>> | undefined
  kafka(
    testOptions(['127.0.0.1:1'], {
      client: (settings) => {
        made = confluent({ module: driver })(settings)
        return made
      },
    }),
  )
  const client = made as NonNullable<typeof made>
  const session = client.createProducer()
  await session.connect()
  return { client, session, native: driver.producers[0] as FakeProducer }
}

const failureOf = (session: ProducerSession, batch: PartitionBatch): Promise<KafkaFailure> =>
  session.publishBatch([batch]).then(
    () => expect.fail('it resolved'),
    (error) => error,
  )

describe('A batch sent through librdkafka', () => {
  it('is answered only when the fate of each of its records is known', async () => {
    const driver = new FakeDriver()
    const { native, session } = await connectedProducer(driver)
    let answered = false
    const sent = session.publishBatch([batchOf(0, 'a', 'b')]).then((answers) => {
      answered = true
      return answers
    })
    native.report('a')
    await new Promise((resolve) => setImmediate(resolve))
    expect(answered).to.equal(false)
    native.report('b')
    expect(await sent).to.deep.equal([{ topic: 'orders', partition: 0, errorCode: 0 }])
  })

  it('sends again only the records that are not known to be stored', async () => {
    const driver = new FakeDriver()
    const { native, session } = await connectedProducer(driver)
    const batch = batchOf(0, 'a', 'b', 'c')
    const first = failureOf(session, batch)
    native.report('a')
    native.report('b', TIMED_OUT)
    native.report('c', TIMED_OUT)
    expect((await first).code).to.equal(undefined)
    const second = session.publishBatch([batch])
    expect(driver.produced.map(({ value }) => value)).to.deep.equal(['a', 'b', 'c', 'b', 'c'])
    native.report('b')
    native.report('c')
    await second
  })

  it('hands over nothing behind a record that is refused', async () => {
    const driver = new FakeDriver()
    const { native, session } = await connectedProducer(driver)
    driver.throwFor.set('b', { message: 'Local: Queue full', code: -184 })
    const batch = batchOf(0, 'a', 'b', 'c')
    const first = failureOf(session, batch)
    expect(driver.produced.map(({ value }) => value)).to.deep.equal(['a'])
    native.report('a')
    expect((await first).message).to.equal('Local: Queue full')
  })

  it('does not spoil the others of its request', async () => {
    const driver = new FakeDriver()
    const { native, session } = await connectedProducer(driver)
    const sent = session.publishBatch([batchOf(0, 'a'), batchOf(1, 'b'), batchOf(2, 'c')])
    native.report('a', TOO_LARGE)
    native.report('b')
    native.report('c', TIMED_OUT)
    expect(await sent).to.deep.equal([
      { topic: 'orders', partition: 0, errorCode: 10 },
      { topic: 'orders', partition: 1, errorCode: 0 },
    ])
  })

  it('ends the producer when librdkafka says that it is fatal', async () => {
    const driver = new FakeDriver()
    const { native, session } = await connectedProducer(driver)
    const failed = failureOf(session, batchOf(0, 'a'))
    native.emit('event.error', new Error('fatal error'))
    native.report('a', { message: 'Local: Fatal error', code: -150 })
    expect((await failed).code).to.equal(47)
  })
})

describe('A producer of librdkafka that is destroyed', () => {
  it('answers for nothing any more, and sends nothing', async () => {
    const { session } = await connectedProducer(new FakeDriver())
    const failed = failureOf(session, batchOf(0, 'a'))
    session.destroy()
    expect((await failed).code).to.equal(undefined)
    expect((await failureOf(session, batchOf(0, 'b'))).message).to.equal('this producer has ended')
  })

  it('is followed by another only when it can store nothing any more', async () => {
    const driver = new FakeDriver()
    const { client, native, session } = await connectedProducer(driver)
    session.destroy()
    const next = client.createProducer()
    let connected = false
    const connecting = next.connect().then(() => {
      connected = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect([connected, driver.producers.length]).to.deep.equal([false, 1])
    native.die()
    await connecting
    expect(driver.producers.length).to.equal(2)
  })

  it('leaves behind what it has stored, known even by a late report: the next one does not send it again', async () => {
    const driver = new FakeDriver()
    const { client, native, session } = await connectedProducer(driver)
    const batch = batchOf(0, 'a', 'b')
    const failed = failureOf(session, batch)
    session.destroy()
    native.report('a')
    await failed
    native.die()
    const next = client.createProducer()
    await next.connect()
    const sent = next.publishBatch([batch])
    expect(driver.produced.map(({ producer, value }) => [producer, value])).to.deep.equal([
      [1, 'a'],
      [1, 'b'],
      [2, 'b'],
    ])
    driver.producers[1]?.report('b')
    await sent
  })
})

describe('The configuration of a producer of librdkafka', () => {
  it('keeps the guarantees, and takes other keys', async () => {
    const driver = new FakeDriver()
    const client = confluent({ module: driver, driverOptions: { 'linger.ms': 5, 'socket.nagle.disable': true } })
    let session: ProducerSession | undefined
    kafka(
      testOptions(['127.0.0.1:1'], {
        sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
        ssl: { ca: [pem('one'), pem('two')] },
        client: (settings) => {
          const made = client(settings)
          session = made.createProducer()
          return made
        },
      }),
    )
    await session?.connect()
    expect(driver.configs[0]).to.include({
      'enable.idempotence': true,
      acks: -1,
      'message.timeout.ms': 0,
      'security.protocol': 'sasl_ssl',
      'sasl.mechanisms': 'SCRAM-SHA-512',
      'ssl.ca.pem': `${pem('one')}\n${pem('two')}`,
      'linger.ms': 5,
      'socket.nagle.disable': true,
    })
  })
})
