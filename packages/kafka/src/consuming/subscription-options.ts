import type { Logger, Runtime } from '@gulo/core'
import type { KafkaClient } from '../client/client.js'
import type { TopicTable } from '../topics/topic-table.js'

/** What a subscription needs to know; the numbers are those of the settings. */
export interface SubscriptionOptions {
  readonly client: KafkaClient
  readonly topics: TopicTable
  readonly runtime: Runtime
  readonly logger: Logger
  readonly brokers: readonly string[]
  readonly fromBeginning: boolean
  readonly startDeadlineMs: number
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly commitIntervalMs: number
  readonly deliverySize: number
  readonly maxInFlight: number
  readonly slowHandlerMs: number
  readonly redeliveryDelayMs: number
  readonly metadataRefreshMs: number
  readonly restartAfterSilenceMs: number
}
