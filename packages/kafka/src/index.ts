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
export { type Environment, type KafkaEnvironment, kafkaConfigFromEnv } from './config/from-env.js'
export type { EnsureTopics, KafkaOptions } from './config/options.js'
export type { KafkaSasl, KafkaTls } from './config/security.js'
export type { KafkaSettings } from './config/settings.js'
export { KAFKA_ERRORS } from './faults.js'
export { kafka } from './kafka.js'
export { KafkaTransport } from './transport/kafka-transport.js'
