import { decode } from '@gulo/core'
import { describeTransport, type TransportDriver } from '@gulo/testing'
import { describeWithBroker } from './support/broker.js'
import { Scene } from './support/scene.js'

describeWithBroker('RabbitMQ', (url) => {
  const make = (): TransportDriver => {
    const scene = new Scene(url, {})
    return {
      create: () => scene.create(),
      prepare: async (topic) => void scene.willDeleteExchange(topic),
      read: (message) => decode(message),
      dispose: () => scene.close(),
    }
  }
  const facts = { partitions: 0, replaysToNewGroups: false, maxInFlight: 100, messages: 200 }
  const skip = {
    'loses nothing while members come and go':
      'it publishes before the group has a queue; consuming.test.ts has it with one',
  }
  describeTransport('rabbitmq', make, { facts, skip })
})
