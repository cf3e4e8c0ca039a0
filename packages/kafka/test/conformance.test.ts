import { kafka } from '@gulo/kafka'
import { describeTransport, type TransportDriver } from '@gulo/testing'
import { quiet } from './support/messages.js'
import { describeWithKafka } from './support/real-kafka.js'

describeWithKafka('Kafka', (brokers) => {
  const make = (): TransportDriver => ({
    create: () =>
      kafka({
        brokers,
        logger: quiet,
        ensureTopics: { partitions: 3 },
        maxWaitTimeInMs: 100,
        redeliveryDelayMs: 100,
        sessionTimeoutMs: 6000,
        heartbeatIntervalMs: 500,
      }),
  })
  describeTransport('kafka', make, { facts: { patienceMs: 15_000 } })
})
