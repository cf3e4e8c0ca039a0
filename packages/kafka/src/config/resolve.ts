import { cloudEventsBinary, consoleLogger } from '@gulo/core'
import { coreFault } from '../faults.js'
import { findFaults } from './check.js'
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
  const { ensureTopics } = options
  return Object.freeze({
    brokers: [...options.brokers],
    clientId: options.clientId ?? 'gulo',
    ssl: options.ssl ?? false,
    sasl: options.sasl,
    compression: options.compression ?? 'none',
    codec: options.codec ?? cloudEventsBinary,
    publishDeadlineMs: options.publishDeadlineMs ?? 30_000,
    batchSize: options.batchSize ?? 500,
    maxBatchBytes: options.maxBatchBytes ?? 900_000,
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
    partitionsConsumedConcurrently: options.partitionsConsumedConcurrently ?? 4,
    createTopics: ensureTopics?.create ?? true,
    topicShape: { partitions: ensureTopics?.partitions ?? -1, replication: ensureTopics?.replication ?? -1 },
    logger: options.logger ?? consoleLogger,
  })
}
