import type { GuloError } from '@gulo/core'
import { kafka } from '@gulo/kafka'
import { type ConfluentOptions, confluent } from '@gulo/kafka/confluent'
import { expect } from 'chai'
import { quiet, testOptions } from '../support/messages.js'
import { FakeDriver } from './fake-driver.js'

const thrownBy = (action: () => unknown): GuloError => {
  try {
    action()
  } catch (error) {
    return error as GuloError
  }
  return expect.fail('it threw nothing')
}

describe('Options of confluent() that cannot be used', () => {
  it('are refused all at once, in words that name them', () => {
    const options = { module: {}, driverOptions: { acks: 1, 'enable.auto.commit': true, debug: {} } }
    const { code, message } = thrownBy(() => confluent(options as unknown as ConfluentOptions))
    expect(code).to.equal('GULO_CONFIGURATION_INVALID')
    expect(message).to.include('module is not @confluentinc/kafka-javascript.')
    expect(message).to.include("driverOptions['acks'] belongs to the guarantees of this transport.")
    expect(message).to.include("driverOptions['enable.auto.commit'] belongs to the guarantees of this transport.")
    expect(message).to.include("driverOptions['debug'] is object; expected text, a number or a boolean.")
  })

  it('are refused even when there is nothing in them', () => {
    expect(thrownBy(() => confluent({ driverOptions: null } as unknown as ConfluentOptions)).code).to.equal(
      'GULO_CONFIGURATION_INVALID',
    )
    expect(thrownBy(() => confluent(null as unknown as ConfluentOptions)).code).to.equal('GULO_CONFIGURATION_INVALID')
  })

  it('include a server name, which librdkafka cannot be told', () => {
    const client = confluent({ module: new FakeDriver() })
    const error = thrownBy(() => kafka({ brokers: ['b:1'], ssl: { servername: 'x' }, logger: quiet, client }))
    expect(error.message).to.include('ssl.servername')
  })
})

describe('A client library that is absent', () => {
  it('fails the start at once, and says what to install', async () => {
    const transport = kafka(testOptions(['127.0.0.1:1'], { client: confluent(), startDeadlineMs: 30_000 }))
    const error: GuloError = await transport.start().then(
      () => expect.fail('it started'),
      (reason) => reason,
    )
    expect([error.code, error.retryable]).to.deep.equal(['KAFKA_CLIENT_MISSING', false])
    expect(error.message).to.match(/@confluentinc\/kafka-javascript cannot be loaded: .*Cannot find package/)
    expect(error.message).to.include('Install it with npm')
    await transport.stop()
  })
})

describe('What librdkafka does not accept', () => {
  it('fails the start at once as a fault of the configuration', async () => {
    const module = new FakeDriver()
    module.refuse = 'No such configuration property: "socket.colour"'
    const client = confluent({ module, driverOptions: { 'socket.colour': 'red' } })
    const transport = kafka(testOptions(['127.0.0.1:1'], { client, startDeadlineMs: 30_000 }))
    const error: GuloError = await transport.start().then(
      () => expect.fail('it started'),
      (reason) => reason,
    )
    expect(error.code).to.equal('GULO_CONFIGURATION_INVALID')
    expect(error.message).to.include('No such configuration property: "socket.colour"')
    await transport.stop()
  })
})
