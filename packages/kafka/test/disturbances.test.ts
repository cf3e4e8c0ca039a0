import type { KafkaOptions } from '@gulo/kafka'
import { type Disturbances, describeDisturbances } from '@gulo/testing'
import { Kafka, logLevel } from 'kafkajs'
import { describeWithBreakingKafka } from './support/breaking-kafka.js'
import { describeLongWithConfluent } from './support/clients.js'
import { conformanceDriver } from './support/conformance-driver.js'
import { describeWithKafka } from './support/real-kafka.js'

describeWithBreakingKafka('a Kafka of its own', (kafka) => {
  const disturb: Disturbances = {
    restartBroker: () => kafka().whileAway(async () => undefined),
    whileAway: (work) => kafka().whileAway(work),
    cutConnections: async () => kafka().proxy.cut(),
    deleteTopic: (topic) => deleteTopic(kafka().direct, topic),
  }

  const suite = (_: readonly string[], client: Pick<KafkaOptions, 'client'>) => {
    const make = () => ({ ...conformanceDriver([kafka().address], { ...client, startDeadlineMs: 10_000 }), disturb })
    describeDisturbances('kafka', make, { facts: { patienceMs: 60_000 } })
  }
  describeWithKafka('Kafka (kafkajs)', (brokers) => suite(brokers, {}))
  describeLongWithConfluent('Kafka', suite)
})

async function deleteTopic(broker: string, topic: string): Promise<void> {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    await admin.deleteTopics({ topics: [topic] })
  } finally {
    await admin.disconnect()
  }
}
