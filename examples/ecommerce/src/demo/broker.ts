import { type Forwarder, memoryBroker, memoryTransport, type Transport } from '@gulo/core'
import { kafka } from '@gulo/kafka'
import { rabbitmq } from '@gulo/rabbitmq'

export interface Broker {
  readonly name: string
  /** A connection of its own for each service. */
  connect(service: string): Transport & Forwarder
}

// Who tries the demo without a broker is to be told soon.
const startDeadlineMs = 10_000
const NAMES = ['memory', 'rabbitmq', 'kafka'] as const

/** The broker that the environment asks for: `BROKER=memory|rabbitmq|kafka`, with its usual variables for the address. */
export function brokerFromEnv(env: NodeJS.ProcessEnv = process.env): Broker {
  const name = env['BROKER'] ?? 'memory'
  switch (name) {
    case 'memory': {
      const broker = memoryBroker()
      return { name: 'a broker in memory', connect: () => memoryTransport({ broker }) }
    }
    case 'rabbitmq': {
      const url = env['RABBITMQ_URL'] ?? env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672'
      return { name: 'RabbitMQ', connect: () => rabbitmq({ url, startDeadlineMs }) }
    }
    case 'kafka': {
      const brokers = (env['KAFKA_BOOTSTRAP_SERVERS'] ?? env['KAFKA_BROKERS'] ?? '127.0.0.1:9092').split(',')
      return { name: 'Kafka', connect: (service) => kafka({ brokers, clientId: service, startDeadlineMs }) }
    }
    default:
      throw new Error(`BROKER is "${name}": use one of ${NAMES.join(', ')}.`)
  }
}
