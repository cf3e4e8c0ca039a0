import { startKafka } from './kafka/cluster.mjs'
import { findJava } from './kafka/java.mjs'
import { librariesFault } from './kafka/libraries.mjs'
import { countBrokers } from './kafka/metadata.mjs'
import { ask } from './support/probe.mjs'

/** Apache Kafka: its addresses are a list `host:port,host:port`. */
export const kafka = {
  name: 'kafka',
  variables: ['KAFKA_BOOTSTRAP_SERVERS', 'KAFKA_BROKERS'],
  standard: '127.0.0.1:9092',
  places: (address) => address.split(',').map((each) => each.trim()),
  /** Rejects when no broker answers. What a variable names may ask for TLS or a password, so there a port is enough. */
  async probe(address, named) {
    const [host, port] = hostAndPort(kafka.places(address)[0])
    await (named ? ask(host, port, Buffer.alloc(0)) : countBrokers(host, port))
  },
  missing: async () => (await findJava()).fault ?? librariesFault(),
  start: () => startKafka(),
  atPort: (port) => `127.0.0.1:${port}`,
}

function hostAndPort(place) {
  const colon = place.lastIndexOf(':')
  return [place.slice(0, colon), Number(place.slice(colon + 1))]
}
