import { type KafkaOptions, kafka } from '@gulo/kafka'
import type { TransportDriver } from '@gulo/testing'
import { quiet } from './messages.js'

/** Kafka as the suites of transports try it. */
export function conformanceDriver(brokers: readonly string[], options: Partial<KafkaOptions>): TransportDriver {
  return {
    create: () =>
      kafka({
        brokers,
        logger: quiet,
        ensureTopics: { partitions: 3 },
        maxWaitTimeInMs: 100,
        redeliveryDelayMs: 100,
        // three partitions stay within the bound of the suite
        deliverySize: 300,
        sessionTimeoutMs: 6000,
        metadataRefreshMs: 500,
        heartbeatIntervalMs: 500,
        ...options,
      }),
  }
}
