import type { Codec, Logger, Runtime } from '@gulo/core'
import type { KafkaClient } from '../client/client.js'
import type { KafkaSasl, KafkaTls } from './security.js'
import type { KafkaSettings } from './settings.js'

/** How to reach Kafka and how to behave there. Everything but `brokers` has a default. */
export interface KafkaOptions {
  /** Where to ask for the cluster first: `host:port`, one or more. */
  readonly brokers: readonly string[]
  /** Name of this client in the broker's logs and quotas; usually that of the service. @default 'gulo' */
  readonly clientId?: string
  /** `true` for TLS with the authorities of the system, or the certificates to use. @default false */
  readonly ssl?: boolean | KafkaTls
  /** How to prove who this client is. @default none */
  readonly sasl?: KafkaSasl
  /** How batches are compressed on the wire and at rest. @default 'none' */
  readonly compression?: 'none' | 'gzip'
  /** Writes envelopes as bytes and headers. @default cloudEventsBinary */
  readonly codec?: Codec
  /** Longest time for `publish` to store everything, in milliseconds; then it rejects. @default 30000 */
  readonly publishDeadlineMs?: number
  /** Most messages of one produce request, 1 to 500. @default 500 */
  readonly batchSize?: number
  /** Most bytes of one batch; keep it below `message.max.bytes` of the broker. @default 900000 */
  readonly maxBatchBytes?: number
  /** Longest wait for the answer to one request, in milliseconds; well under 30 s. @default 10000 */
  readonly requestTimeoutMs?: number
  /** Longest wait for a connection, in milliseconds. @default 3000 */
  readonly connectTimeoutMs?: number
  /** Longest time for `start` and for joining a group in `subscribe`, in milliseconds. @default 30000 */
  readonly startDeadlineMs?: number
  /** Silence after which the broker gives a member's partitions to others, in milliseconds. @default 30000 */
  readonly sessionTimeoutMs?: number
  /** Pause between signs of life, in milliseconds; a third of the session at most. @default 3000 */
  readonly heartbeatIntervalMs?: number
  /** Longest time the broker keeps an empty fetch open, in milliseconds; it also delays pausing and stopping. @default 500 */
  readonly maxWaitTimeInMs?: number
  /** Where a group starts that has no position yet. @default 'earliest' */
  readonly autoOffsetReset?: 'earliest' | 'latest'
  /** Pause before a rejected message is delivered again, in milliseconds. @default 1000 */
  readonly redeliveryDelayMs?: number
  /** Pause between commits while a batch is being handled, in milliseconds. @default 1000 */
  readonly commitIntervalMs?: number
  /** Most messages handed to `deliver` at once. @default 500 */
  readonly deliverySize?: number
  /** How many partitions of one subscription are handled at the same time. @default 4 */
  readonly partitionsConsumedConcurrently?: number
  /** What to do about topics that do not exist. @default { create: true } with the broker's own numbers */
  readonly ensureTopics?: EnsureTopics
  /** Time and chance. @default those of the service, else of the machine */
  readonly runtime?: Runtime
  /** Told of lost connections, crashes and redeliveries. @default consoleLogger */
  readonly logger?: Logger
  /** Another client library behind the same seam. @default kafkajs */
  readonly client?: (settings: KafkaSettings) => KafkaClient
}

export interface EnsureTopics {
  /** Whether a missing topic is created rather than reported. @default true */
  readonly create?: boolean
  /** Partitions of a created topic; -1 leaves it to the broker. @default -1 */
  readonly partitions?: number
  /** Copies of each partition; -1 leaves it to the broker. @default -1 */
  readonly replication?: number
}
