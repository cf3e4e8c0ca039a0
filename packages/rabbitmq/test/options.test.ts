import { type RabbitMqOptions, rabbitmq, rabbitmqConfigFromEnv } from '@gulo/rabbitmq'
import { expect } from 'chai'
import { plainCodec } from './support/codec.js'

const messageOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    expect(error).to.have.property('code', 'GULO_CONFIGURATION_INVALID')
    return (error as Error).message
  }
  return expect.fail('expected a GuloError')
}
const faultsOf = (options: Record<string, unknown>) =>
  messageOf(() => rabbitmq({ codec: plainCodec, ...options } as unknown as RabbitMqOptions))

describe('Options of rabbitmq', () => {
  it('are refused all at once', () => {
    const text = faultsOf({
      url: 'http://localhost',
      prefetch: 0,
      deliveryLimit: 1.5,
      partitions: 17,
      unroutable: 'ignore',
      quorum: 'yes',
      queueName: 'orders',
      reconnect: { initialDelayMs: 100, maxDelayMs: 10 },
    })
    expect(text).to.include('has 8 faults')
    for (const name of [
      'url',
      'prefetch',
      'deliveryLimit',
      'partitions',
      'unroutable',
      'quorum',
      'queueName',
      'reconnect.initialDelayMs',
    ]) {
      expect(text).to.include(`${name} `)
    }
  })

  it('do not show the password of a URL that is wrong', () => {
    for (const url of [
      'amqp://user:sesame@host/a/b',
      'amqp//user:sesame@host',
      'http://user:sesame@host?password=sesame',
    ]) {
      expect(faultsOf({ url })).to.include('url has').and.not.to.include('sesame')
    }
  })

  it('need a URL', () => {
    expect(faultsOf({})).to.include('url is missing')
    expect(faultsOf({ url: [] })).to.include('url is missing')
    expect(messageOf(() => rabbitmq(undefined as never))).to.include("pass { url: 'amqp://localhost' }")
  })

  it('promise order per key only with a single active consumer', () => {
    const options = { url: 'amqp://localhost', codec: plainCodec }
    expect(rabbitmq(options).facts).to.deep.equal({ kind: 'rabbitmq', durable: true, orderedByKey: false })
    expect(rabbitmq({ ...options, singleActiveConsumer: true }).facts.orderedByKey).to.equal(true)
  })
})

describe('The environment of rabbitmq', () => {
  it('gives the URL, that of RABBITMQ_URL first, and numbers', () => {
    const env = { RABBITMQ_URL: 'amqp://one', AMQP_URL: 'amqp://two', RABBITMQ_PREFETCH: '7' }
    expect(rabbitmqConfigFromEnv(env)).to.deep.equal({ url: 'amqp://one', prefetch: 7 })
    expect(rabbitmqConfigFromEnv({ AMQP_URL: 'amqp://one, amqp://two' })).to.deep.equal({
      url: ['amqp://one', 'amqp://two'],
    })
  })

  it('is refused with every fault at once', () => {
    const text = messageOf(() => rabbitmqConfigFromEnv({ RABBITMQ_PREFETCH: 'many', RABBITMQ_HEARTBEAT_SECONDS: '0' }))
    expect(text).to.include('RABBITMQ_URL').and.to.include('prefetch is NaN').and.to.include('heartbeatSeconds is 0')
  })
})
