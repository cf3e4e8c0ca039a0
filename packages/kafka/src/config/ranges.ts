/** The lowest and the highest value of each number. */
export const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  publishDeadlineMs: [1, 3_600_000],
  batchSize: [1, 500],
  maxBatchBytes: [1000, 100_000_000],
  lingerMs: [0, 10_000],
  maxBufferedMessages: [1, 10_000_000],
  maxBufferedBytes: [1000, 10_000_000_000],
  metadataRefreshMs: [100, 86_400_000],
  // a request that outlives 30 s meets the broker's own limits
  requestTimeoutMs: [100, 25_000],
  connectTimeoutMs: [10, 60_000],
  startDeadlineMs: [10, 600_000],
  sessionTimeoutMs: [1000, 1_800_000],
  heartbeatIntervalMs: [100, 600_000],
  maxWaitTimeInMs: [1, 30_000],
  redeliveryDelayMs: [0, 3_600_000],
  commitIntervalMs: [10, 600_000],
  deliverySize: [1, 100_000],
  maxInFlight: [1, 1_000_000],
  slowHandlerMs: [1, 60_000],
  restartAfterSilenceMs: [60_000, 3_600_000],
  partitionsConsumedConcurrently: [1, 1000],
}

/** The values an option may have. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  compression: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  autoOffsetReset: ['earliest', 'latest'],
}

/** The partitioners that have a name. */
export const PARTITIONERS: readonly string[] = ['key', 'round-robin', 'explicit']

/** What may be added to the name of a topic for its dead letters. */
export const SUFFIX = /^[._-][a-zA-Z0-9._-]{0,40}$/

const BROKER = /^(?:\[[0-9a-fA-F:]+\]|[^\s:/]+):(\d{1,5})$/

/** Whether this is a `host:port`. */
export function isBroker(broker: unknown): boolean {
  const port = typeof broker === 'string' ? BROKER.exec(broker)?.[1] : undefined
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535
}
