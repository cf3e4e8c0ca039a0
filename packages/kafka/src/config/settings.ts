import type { Codec, Logger } from '@gulo/core'
import type { TopicShape } from '../client/client.js'
import type { KafkaSasl, KafkaTls } from './security.js'

/** The options with every default filled in. */
export interface KafkaSettings {
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly ssl: boolean | KafkaTls
  readonly sasl: KafkaSasl | undefined
  readonly compression: 'none' | 'gzip'
  readonly codec: Codec
  readonly publishDeadlineMs: number
  readonly batchSize: number
  readonly maxBatchBytes: number
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
  readonly partitionsConsumedConcurrently: number
  readonly createTopics: boolean
  readonly topicShape: TopicShape
  readonly logger: Logger
}
