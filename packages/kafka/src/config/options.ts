import type { Codec, Logger, Runtime } from '@gulo/core'
import type { KafkaClient } from '../client/client.js'
import type { KafkaCodecs } from './codecs.js'
import type { EnsureTopics } from './ensure-topics.js'
import type { Partitioning } from './partitioning.js'
import type { KafkaSasl, KafkaTls, SecurityProtocol } from './security.js'
import type { KafkaSettings } from './settings.js'

/** How to reach Kafka and how to behave there. Everything but `brokers` has a default. */
export interface KafkaOptions {
  /** Where to ask for the cluster first: `host:port`, one or more. */
  readonly brokers: readonly string[]
  /** Name of this client in the broker's logs and quotas; usually that of the service. @default 'gulo' */
  readonly clientId?: string
  /** The name Kafka has for what `ssl` and `sasl` say; one that they contradict is refused. @default what they say */
  readonly securityProtocol?: SecurityProtocol
  /** `true` for TLS with the authorities of the system, or the certificates to use. @default false */
  readonly ssl?: boolean | KafkaTls
  /** How to prove who this client is. @default none */
  readonly sasl?: KafkaSasl
  /** How batches are compressed on the wire and at rest; all but gzip, and zstd from Node 22.15 on, need a codec. @default 'none' */
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  /** What compresses and decompresses, where kafkajs and Node do not; consumers use them too. @default none */
  readonly codecs?: KafkaCodecs
  /**
   * Chooses partitions: by `key`, in turn without regard for keys, only where the envelope names one, or by a function of
   * topic, key and number of partitions. A partition that an envelope names is always used. @default 'key'
   */
  readonly partitioner?: Partitioning
  /** Whose word makes a message stored: of all replicas in sync. Anything less loses messages and is refused. @default 'all' */
  readonly acks?: 'all'
  /** Writes envelopes as bytes and headers. @default cloudEventsBinary */
  readonly codec?: Codec
  /** Longest time for `publish` to store everything, in milliseconds; then it rejects. @default 30000 */
  readonly publishDeadlineMs?: number
  /** Most messages of one produce request, 1 to 500. @default 500 */
  readonly batchSize?: number
  /** Most bytes of one batch; keep it below `message.max.bytes` of the broker. @default 900000 */
  readonly maxBatchBytes?: number
  /** How long a message waits for company before a request is formed, in milliseconds; while one is under way they gather anyway. @default 0 */
  readonly lingerMs?: number
  /** Most messages that may wait to be stored; what is published beyond is rejected, retryable. @default 100000 */
  readonly maxBufferedMessages?: number
  /** Most bytes of messages that may wait to be stored. @default 67108864 */
  readonly maxBufferedBytes?: number
  /**
   * Age at which topics, partitions and leaders are read again, in milliseconds: new partitions are used and consumed from
   * then on, and new topics that match a pattern. @default 60000
   */
  readonly metadataRefreshMs?: number
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
  /** Pause between commits while messages are being handled, in milliseconds. @default 1000 */
  readonly commitIntervalMs?: number
  /** Most messages of one partition handed out and not settled: what others call max poll records. @default 500 */
  readonly deliverySize?: number
  /**
   * Most messages of one partition from the first one that is not handled to the last one fetched; from there on the
   * partition rests, and the member stays in its group. One fetch may go beyond it. @default 1000
   */
  readonly maxInFlight?: number
  /**
   * How long a partition in which nothing gets done may hold up the fetching of others, in milliseconds; one that comes
   * along may do so four times as long. What takes longer is not waited for when the group rebalances. @default 500
   */
  readonly slowHandlerMs?: number
  /** Silence of a consumer after which it is replaced by a new one, in milliseconds; 60 s or more. @default 120000 */
  readonly restartAfterSilenceMs?: number
  /** How many partitions of one subscription are handled at the same time. @default 4 */
  readonly partitionsConsumedConcurrently?: number
  /** Which topics there have to be, and what to do about missing ones. @default { create: true } with the broker's own numbers */
  readonly ensureTopics?: EnsureTopics
  /** What is added to the name of a topic for its dead letters. @default '.dlq' */
  readonly deadLetterSuffix?: string
  /** Time and chance. @default those of the service, else of the machine */
  readonly runtime?: Runtime
  /** Told of lost connections, crashes and redeliveries. @default consoleLogger */
  readonly logger?: Logger
  /** Another client library behind the same seam. @default kafkajs */
  readonly client?: (settings: KafkaSettings) => KafkaClient
}
