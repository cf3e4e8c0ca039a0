import type { KafkaOptions } from './options.js'

// lowest, highest; a request that outlives 30 s meets the broker's own limits
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  publishDeadlineMs: [1, 3_600_000],
  batchSize: [1, 500],
  maxBatchBytes: [1000, 100_000_000],
  requestTimeoutMs: [100, 25_000],
  connectTimeoutMs: [10, 60_000],
  startDeadlineMs: [10, 600_000],
  sessionTimeoutMs: [1000, 1_800_000],
  heartbeatIntervalMs: [100, 600_000],
  maxWaitTimeInMs: [1, 30_000],
  redeliveryDelayMs: [0, 3_600_000],
  commitIntervalMs: [10, 600_000],
  deliverySize: [1, 100_000],
  partitionsConsumedConcurrently: [1, 1000],
}
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  compression: ['none', 'gzip'],
  autoOffsetReset: ['earliest', 'latest'],
}
const BROKER = /^(?:\[[0-9a-fA-F:]+\]|[^\s:/]+):(\d{1,5})$/
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']

/** Every fault of the options, each a sentence; none when they can be used. */
export function findFaults(options: KafkaOptions): string[] {
  if (typeof options !== 'object' || options === null)
    return [`options is ${String(options)}; pass { brokers: ['host:port'] }.`]
  const faults = [
    ...brokerFaults(options.brokers),
    ...numberFaults(options),
    ...choiceFaults(options),
    ...saslFaults(options),
  ]
  if (options.clientId !== undefined && (typeof options.clientId !== 'string' || options.clientId === '')) {
    faults.push(`clientId is ${say(options.clientId)}; expected a name.`)
  }
  if (options.codec !== undefined && typeof options.codec?.encode !== 'function') {
    faults.push(`codec is ${say(options.codec)}; expected a codec such as cloudEventsBinary.`)
  }
  const { sessionTimeoutMs = 30_000, heartbeatIntervalMs = 3000 } = options
  if (heartbeatIntervalMs * 3 > sessionTimeoutMs) {
    faults.push(
      `heartbeatIntervalMs ${heartbeatIntervalMs} is more than a third of sessionTimeoutMs ${sessionTimeoutMs}.`,
    )
  }
  return faults
}

function brokerFaults(brokers: unknown): string[] {
  if (!Array.isArray(brokers) || brokers.length === 0) {
    return [`brokers is ${say(brokers)}; expected at least one host:port (KAFKA_BOOTSTRAP_SERVERS in the environment).`]
  }
  return brokers
    .filter((broker) => !isBroker(broker))
    .map((broker) => `brokers has ${say(broker)}; expected host:port.`)
}

function isBroker(broker: unknown): boolean {
  const port = typeof broker === 'string' ? BROKER.exec(broker)?.[1] : undefined
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535
}

function numberFaults(options: KafkaOptions): string[] {
  const given = options as unknown as Record<string, unknown>
  const faults = Object.entries(RANGES)
    .filter(([name, [lowest, highest]]) => given[name] !== undefined && !isWithin(given[name], lowest, highest))
    .map(
      ([name, [lowest, highest]]) =>
        `${name} is ${say(given[name])}; expected a whole number from ${lowest} to ${highest}.`,
    )
  for (const name of ['partitions', 'replication'] as const) {
    const value = options.ensureTopics?.[name]
    if (value !== undefined && value !== -1 && !isWithin(value, 1, 100_000)) {
      faults.push(`ensureTopics.${name} is ${say(value)}; expected 1 or more, or -1 for the broker's own.`)
    }
  }
  return faults
}

function isWithin(value: unknown, lowest: number, highest: number): boolean {
  return Number.isInteger(value) && (value as number) >= lowest && (value as number) <= highest
}

function choiceFaults(options: KafkaOptions): string[] {
  const given = options as unknown as Record<string, unknown>
  return Object.entries(CHOICES)
    .filter(([name, choices]) => given[name] !== undefined && !choices.includes(given[name] as string))
    .map(([name, choices]) => `${name} is ${say(given[name])}; expected ${choices.join(' or ')}.`)
}

function saslFaults({ sasl }: KafkaOptions): string[] {
  if (sasl === undefined) return []
  if (!MECHANISMS.includes(sasl?.mechanism)) {
    return [`sasl.mechanism is ${say(sasl?.mechanism)}; expected ${MECHANISMS.join(', ')}.`]
  }
  if (sasl.mechanism === 'oauthbearer') {
    return typeof sasl.token === 'function' ? [] : ['sasl.token is missing; expected a function that fetches a token.']
  }
  // the values are secrets: only their absence is told
  return (['username', 'password'] as const)
    .filter((name) => typeof sasl[name] !== 'string' || sasl[name] === '')
    .map((name) => `sasl.${name} is missing.`)
}

function say(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`
  return Array.isArray(value) && value.length === 0 ? 'empty' : String(value)
}
