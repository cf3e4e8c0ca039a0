import { describeTransport } from '@gulo/testing'
import { describeWithEachClient } from './support/clients.js'
import { conformanceDriver } from './support/conformance-driver.js'

describeWithEachClient('Kafka', (brokers, client) => {
  const make = () => conformanceDriver(brokers, client)
  const facts = {
    patienceMs: 15_000,
    redeliveryDelayMs: 100,
    disturbances: 'they have a broker of their own, in disturbances.test.ts',
    delays: 'Kafka keeps no message waiting; retry topics wait in the consumer',
  }
  describeTransport('kafka', make, { facts })
})
