import type { Codec, Logger } from '@gulo/core'
import type { TopicSpec } from '../client/client.js'
import type { Compression, KafkaCodecs } from './codecs.js'
import type { Partitioning } from './partitioning.js'
import type { KafkaSasl, KafkaTls } from './security.js'

/** The options with every default filled in. */
export interface KafkaSettings {
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly ssl: boolean | KafkaTls
  readonly sasl: KafkaSasl | undefined
  readonly compression: Compression
  readonly codecs: KafkaCodecs
  readonly partitioner: Partitioning
  readonly codec: Codec
  readonly publishDeadlineMs: number
  readonly batchSize: number
  readonly maxBatchBytes: number
  readonly lingerMs: number
  readonly maxBufferedMessages: number
  readonly maxBufferedBytes: number
  readonly metadataRefreshMs: number
  readonly requestTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly startDeadlineMs: number
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly maxWaitTimeInMs: number
  readonly fromBeginning: boolean
  readonly redeliveryDelayMs: number
  readonly commitIntervalMs: number
  readonly deliverySize: number
  readonly maxInFlight: number
  readonly slowHandlerMs: number
  readonly restartAfterSilenceMs: number
  readonly partitionsConsumedConcurrently: number
  readonly createTopics: boolean
  readonly growTopics: boolean
  /** What a topic of this name is created like. */
  readonly topicSpec: (topic: string) => TopicSpec
  /** The topics that `start` makes sure of. */
  readonly namedTopics: readonly string[]
  readonly deadLetterSuffix: string
  readonly logger: Logger
}
