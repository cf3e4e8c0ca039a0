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
  type TopicSpec,
} from './client/client.js'
export type { OffsetQuery, PartitionPosition, PositionAdmin } from './client/positions.js'
export type { Compression, KafkaCodec, KafkaCodecs } from './config/codecs.js'
export type { EnsureTopics, TopicOptions } from './config/ensure-topics.js'
export type { DeadLetterRules } from './config/env-dead-letters.js'
export type { Environment } from './config/env-reader.js'
export { type EnvironmentOptions, type KafkaEnvironment, kafkaConfigFromEnv } from './config/from-env.js'
export type { KafkaOptions } from './config/options.js'
export type { ChoosePartition, Partitioning } from './config/partitioning.js'
export type { KafkaSasl, KafkaTls, SecurityProtocol } from './config/security.js'
export type { KafkaSettings } from './config/settings.js'
export { KAFKA_ERRORS } from './faults.js'
export { kafka } from './kafka.js'
export { kafkajsClient } from './kafkajs/kafkajs-client.js'
export type { TopicRequest } from './topics/asked-topics.js'
export type { TopicDifference, TopicReport } from './topics/ensure-topics.js'
export { KafkaTransport } from './transport/kafka-transport.js'
