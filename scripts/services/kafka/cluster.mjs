import { randomBytes } from 'node:crypto'
import { freePorts } from '../support/ports.mjs'
import { dataFolder } from '../support/records.mjs'
import { prepareBroker } from './broker.mjs'
import { findJava } from './java.mjs'
import { KAFKA_VERSION, kafkaLibraries } from './libraries.mjs'

/**
 * A cluster of its own on free loopback ports: one broker, or three with replication factor 3 and two in sync.
 * `options` are those of every broker, or a function of its id. `stop` ends them and removes their data.
 */
export async function startKafka({ brokers: count = 1, options = {} } = {}) {
  const { java, version, fault } = await findJava()
  if (fault) throw new Error(fault)
  const ports = await freePorts(2 * count)
  const ids = Array.from({ length: count }, (_, index) => index + 1)
  const cluster = {
    id: clusterId(),
    voters: ids.map((id) => `${id}@127.0.0.1:${ports[count + id - 1]}`),
    java,
    libraries: await kafkaLibraries(),
  }
  const brokers = await Promise.all(
    ids.map((id) => {
      const own = { client: ports[id - 1], controller: ports[count + id - 1] }
      const given = typeof options === 'function' ? options(id) : options
      return prepareBroker(cluster, { id, ports: own, folder: dataFolder('kafka'), options: given })
    }),
  )
  const stop = async () => void (await Promise.all(brokers.map((each) => each.stop())))
  try {
    await Promise.all(brokers.map((each) => each.start()))
    await Promise.all(brokers.map((each) => each.ready(count)))
  } catch (error) {
    await stop()
    throw error
  }
  const detail = `Apache Kafka ${KAFKA_VERSION}, Java ${version}${count > 1 ? `, ${count} brokers` : ''}`
  return {
    address: brokers.map((each) => each.address).join(','),
    controllers: ports.slice(count),
    detail,
    brokers,
    stop,
  }
}

// An id that starts with a dash would be taken for an option.
function clusterId() {
  const id = randomBytes(16).toString('base64url')
  return id.startsWith('-') ? clusterId() : id
}
