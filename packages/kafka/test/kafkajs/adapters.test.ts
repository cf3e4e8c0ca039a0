import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect } from 'chai'
import kafkajs, { type Producer, type ProducerBatch, type ProducerConfig } from 'kafkajs'
import { settingsOf } from '../../dist/config/resolve.js'
import { toFailure } from '../../dist/kafkajs/failures.js'
import { KillSwitch } from '../../dist/kafkajs/kill-switch.js'
import { oneLeader } from '../../dist/kafkajs/one-leader.js'
import { KafkajsProducer } from '../../dist/kafkajs/producer.js'
import { plainCodec } from '../support/codec.js'

describe('A kill switch that has been pulled', () => {
  it('has closed every socket, and closes each that is opened later', async () => {
    const accepted: Socket[] = []
    const server = createServer((socket) => void accepted.push(socket.on('error', () => undefined)))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const killSwitch = new KillSwitch()
    const open = () =>
      killSwitch.socketFactory({ host: '127.0.0.1', port, ssl: undefined as never, onConnect: () => undefined })
    const early = open()
    await once(early, 'connect')
    const earlySays = once(early, 'error')
    killSwitch.pull()
    const late = open()
    const [[earlyError], [lateError]] = await Promise.all([earlySays, once(late, 'error')])
    expect([earlyError, lateError].map(({ message }: Error) => message)).to.deep.equal(
      Array(2).fill('cut off on purpose'),
    )
    expect([early.destroyed, late.destroyed]).to.deep.equal([true, true])
    for (const socket of accepted) socket.destroy()
    server.close()
  })
})

describe('The producer of kafkajs', () => {
  it('is idempotent, never retries by itself, creates no topics, and sends each call in one request', () => {
    const given: (ProducerConfig | undefined)[] = []
    const original = kafkajs.Kafka.prototype.producer
    kafkajs.Kafka.prototype.producer = function (config) {
      given.push(config)
      return original.call(this, config)
    }
    try {
      new KafkajsProducer(settingsOf({ brokers: ['127.0.0.1:1'], codec: plainCodec }))
    } finally {
      kafkajs.Kafka.prototype.producer = original
    }
    const [{ idempotent, allowAutoTopicCreation, createPartitioner, retry } = {}] = given
    expect([idempotent, allowAutoTopicCreation]).to.deep.equal([true, false])
    expect(createPartitioner).to.equal(oneLeader)
    // kafkajs tries again while its count is less than this, which nothing is
    expect(0 < (retry?.retries ?? 0)).to.equal(false)
    expect(retry?.retries).to.be.NaN
  })
})

describe('A producer of kafkajs that is destroyed', () => {
  it('cuts what it has open with its kill switch, rather than wait for kafkajs to disconnect', async () => {
    const accepted: Socket[] = []
    const silent = createServer((socket) => void accepted.push(socket.on('error', () => undefined)))
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const producer = new KafkajsProducer(settingsOf({ brokers: [`127.0.0.1:${port}`], codec: plainCodec }))
    const connecting = producer.connect().then(
      () => 'connected',
      (error: Error) => error.message,
    )
    await once(silent, 'connection')
    producer.destroy()
    expect(await connecting).to.include('cut off on purpose')
    for (const socket of accepted) socket.destroy()
    silent.close()
  })
})

describe('A batch that goes through kafkajs', () => {
  it('names its partition and its oldest time, and asks for the word of every replica', async () => {
    const sent: ProducerBatch[] = []
    const sendBatch = async (batch: ProducerBatch) => {
      sent.push(batch)
      return []
    }
    const original = kafkajs.Kafka.prototype.producer
    kafkajs.Kafka.prototype.producer = () => ({ sendBatch }) as unknown as Producer
    try {
      const producer = new KafkajsProducer(settingsOf({ brokers: ['127.0.0.1:1'], codec: plainCodec }))
      const record = { key: undefined, value: null, headers: {}, timestamp: 5 }
      await producer.publishBatch([{ topic: 't', partition: 3, records: [record, record] }])
    } finally {
      kafkajs.Kafka.prototype.producer = original
    }
    expect(sent.map(({ acks }) => acks)).to.deep.equal([-1])
    const messages = sent[0]?.topicMessages?.flatMap((each) => each.messages) ?? []
    expect(messages.map(({ partition, timestamp }) => [partition, timestamp])).to.deep.equal([[3, '5']])
  })
})

describe('An error of kafkajs', () => {
  it('keeps the code of the protocol, however deep it is wrapped', () => {
    const inner = Object.assign(new Error('too large'), { name: 'KafkaJSProtocolError', code: 10 })
    const wrapped = new Error('retries exceeded', { cause: new Error('batch', { cause: inner }) })
    expect([toFailure(wrapped).code, toFailure(wrapped).cause]).to.deep.equal([10, wrapped])
    expect(toFailure({ name: 'KafkaJSAggregateError', errors: [inner] }).code).to.equal(10)
  })

  it('has no code when no broker answered', () => {
    expect(toFailure(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })).code).to.equal(undefined)
    expect(toFailure(new Error('Broker not connected')).code).to.equal(undefined)
    expect(toFailure(undefined).code).to.equal(undefined)
  })

  it('of authentication is told apart', () => {
    expect(toFailure(Object.assign(new Error('no'), { name: 'KafkaJSSASLAuthenticationError' })).code).to.equal(58)
  })
})
