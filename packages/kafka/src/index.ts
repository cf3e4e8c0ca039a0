export { kafka } from './kafka.js'
export type { EnsureTopics, KafkaOptions, KafkaSasl, KafkaTls } from './config/options.js'
export type { KafkaSettings } from './config/settings.js'
export { type KafkaEnvironment, kafkaConfigFromEnv } from './config/from-env.js'
export { KAFKA_ERRORS } from './faults.js'
export { KafkaTransport } from './transport/kafka-transport.js'

// the seam for another client library, and for tests
export {
  type ConsumerEvent,
  type ConsumerSpec,
  type FetchedBatch,
  type FetchedRecord,
  type KafkaAdmin,
  type KafkaClient,
  type KafkaConsumer,
  KafkaFailure,
  type KafkaRecord,
  type PartitionAnswer,
  type PartitionBatch,
  type PartitionDescription,
  type ProducerSession,
  type TopicDescription,
  type TopicShape,
} from './client/client.js'
