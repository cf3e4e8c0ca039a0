import { cloudEventsBinary, consoleLogger } from '@gulo/core'
import type { TopicSpec } from '../client/client.js'
import { coreFault } from '../faults.js'
import { findFaults } from './check.js'
import type { EnsureTopics, TopicOptions } from './ensure-topics.js'
import type { KafkaOptions } from './options.js'
import type { KafkaSettings } from './settings.js'

/** Fills in the defaults. @throws GULO_CONFIGURATION_INVALID with every fault at once */
export function settingsOf(options: KafkaOptions): KafkaSettings {
  const faults = findFaults(options)
  if (faults.length > 0) {
    throw coreFault('GULO_CONFIGURATION_INVALID', {
      component: 'kafka',
      count: faults.length,
      faults: faults.join(' '),
    })
  }
  const { ensureTopics = {} } = options
  return Object.freeze({
    brokers: [...options.brokers],
    clientId: options.clientId ?? 'gulo',
    ssl: options.ssl ?? options.securityProtocol?.endsWith('SSL') ?? false,
    sasl: options.sasl,
    compression: options.compression ?? 'none',
    codecs: options.codecs ?? {},
    partitioner: options.partitioner ?? 'key',
    codec: options.codec ?? cloudEventsBinary,
    publishDeadlineMs: options.publishDeadlineMs ?? 30_000,
    batchSize: options.batchSize ?? 500,
    maxBatchBytes: options.maxBatchBytes ?? 900_000,
    lingerMs: options.lingerMs ?? 0,
    maxBufferedMessages: options.maxBufferedMessages ?? 100_000,
    maxBufferedBytes: options.maxBufferedBytes ?? 67_108_864,
    requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 3000,
    startDeadlineMs: options.startDeadlineMs ?? 30_000,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 30_000,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 3000,
    maxWaitTimeInMs: options.maxWaitTimeInMs ?? 500,
    fromBeginning: options.autoOffsetReset !== 'latest',
    redeliveryDelayMs: options.redeliveryDelayMs ?? 1000,
    commitIntervalMs: options.commitIntervalMs ?? 1000,
    deliverySize: options.deliverySize ?? 500,
    maxInFlight: options.maxInFlight ?? 1000,
    slowHandlerMs: options.slowHandlerMs ?? 500,
    metadataRefreshMs: options.metadataRefreshMs ?? 60_000,
    restartAfterSilenceMs: options.restartAfterSilenceMs ?? 120_000,
    partitionsConsumedConcurrently: options.partitionsConsumedConcurrently ?? 4,
    createTopics: ensureTopics.create ?? true,
    growTopics: ensureTopics.grow ?? false,
    topicSpec: (topic: string) => specOf(topic, ensureTopics),
    namedTopics: Object.keys(ensureTopics.topics ?? {}),
    deadLetterSuffix: options.deadLetterSuffix ?? '.dlq',
    logger: options.logger ?? consoleLogger,
  })
}

/** What is said of one topic, filled up with what is said of all. */
function specOf(topic: string, { topics, ...all }: EnsureTopics): TopicSpec {
  const own = topics !== undefined && Object.hasOwn(topics, topic) ? (topics[topic] as TopicOptions) : {}
  return {
    topic,
    partitions: own.partitions ?? all.partitions ?? -1,
    replication: own.replication ?? all.replication ?? -1,
    configs: { ...all.configs, ...own.configs },
  }
}
