import { type Envelope, type ReceivedMessage } from '@gulo/core'
import { describeTransport, type TransportDriver } from '@gulo/testing'
import { describeWithBroker } from './support/broker.js'
import { read } from './support/codec.js'
import { Scene } from './support/scene.js'

describeWithBroker('RabbitMQ', (url) => {
  const make = (): TransportDriver => {
    const scene = new Scene(url)
    return {
      create: () => scene.create(),
      prepare: async (topic) => void scene.willDeleteExchange(topic),
      read: (message: ReceivedMessage) => ({ ...message, source: 'x', type: 'x', ...read(message) }) as Envelope,
      dispose: () => scene.close(),
    }
  }
  const facts = { partitions: 0, replaysToNewGroups: false, maxInFlight: 100, messages: 200 }
  const skip = {
    'keeps all that an envelope says': 'the codec of these tests says less',
    'loses nothing while members come and go':
      'it publishes before the group has a queue; publishing.test.ts has it with one',
  }
  describeTransport('rabbitmq', make, { facts, skip })
})
