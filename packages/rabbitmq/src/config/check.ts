import { SLOTS } from '../topology/slots.js'
import type { RabbitMqOptions } from './options.js'
import { hideSecrets } from './url.js'

// lowest, highest
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  heartbeatSeconds: [1, 3600],
  connectTimeoutMs: [10, 600_000],
  startDeadlineMs: [10, 600_000],
  // 0 would mean no bound at all
  prefetch: [1, 65_535],
  redeliveryDelayMs: [0, 3_600_000],
  publishDeadlineMs: [1, 3_600_000],
  maxMessageBytes: [1, 536_870_912],
  deliveryLimit: [1, 1_000_000],
  rebalanceMs: [10, 3_600_000],
  repairMs: [10, 3_600_000],
}
const UNROUTABLE: readonly unknown[] = ['accept', 'fail', 'fail-if-lost']
const SWITCHES = ['quorum', 'singleActiveConsumer'] as const
const FUNCTIONS = ['exchangeName', 'queueName', 'priorityOf'] as const
const TOPOLOGY_MODES: readonly unknown[] = ['create', 'verify', 'assume']
/** The most queues that may share the messages of one subscription: a queue without a slot would get nothing. */
export const MAX_PARTITIONS = SLOTS
// AMQP lets the broker's name field of client properties be long, but lists of connections cut it.
const MAX_NAME = 255

/** Every fault of the options, each a sentence; none when they can be used. */
export function findFaults(options: RabbitMqOptions): string[] {
  if (typeof options !== 'object' || options === null) {
    return [`options is ${String(options)}; pass { url: 'amqp://localhost' }.`]
  }
  const faults = [
    ...urlFaults(options.url),
    ...numberFaults(options),
    ...reconnectFaults(options),
    ...kindFaults(options),
  ]
  if (options.codec !== undefined && typeof options.codec?.encode !== 'function') {
    faults.push(`codec is ${say(options.codec)}; expected a codec such as cloudEventsBinary.`)
  }
  return faults
}

function urlFaults(url: unknown): string[] {
  const urls = Array.isArray(url) ? url : [url]
  if (url === undefined || urls.length === 0) {
    return ['url is missing; expected amqp://user:password@host:5672/vhost (RABBITMQ_URL in the environment).']
  }
  return urls
    .filter((each) => !isBrokerUrl(each))
    .map((each) => {
      const found = typeof each === 'string' ? `"${hideSecrets(each)}"` : String(each)
      return `url has ${found}; expected amqp:// or amqps:// with a host and at most one segment of path.`
    })
}

function isBrokerUrl(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false
  const { protocol, hostname, pathname } = new URL(url)
  return (protocol === 'amqp:' || protocol === 'amqps:') && hostname !== '' && !pathname.slice(1).includes('/')
}

function numberFaults(options: RabbitMqOptions): string[] {
  const given = options as unknown as Record<string, unknown>
  return Object.entries(RANGES)
    .filter(([name, [lowest, highest]]) => given[name] !== undefined && !isWithin(given[name], lowest, highest))
    .map(
      ([name, [lowest, highest]]) =>
        `${name} is ${say(given[name])}; expected a whole number from ${lowest} to ${highest}.`,
    )
}

function reconnectFaults({ reconnect }: RabbitMqOptions): string[] {
  const { initialDelayMs = 100, maxDelayMs = 10_000 } = reconnect ?? {}
  const faults = Object.entries({ initialDelayMs, maxDelayMs })
    .filter(([, value]) => !isWithin(value, 1, 3_600_000))
    .map(([name, value]) => `reconnect.${name} is ${say(value)}; expected a whole number from 1 to 3600000.`)
  if (faults.length === 0 && initialDelayMs > maxDelayMs) {
    faults.push(`reconnect.initialDelayMs ${initialDelayMs} is more than reconnect.maxDelayMs ${maxDelayMs}.`)
  }
  return faults
}

function kindFaults(options: RabbitMqOptions): string[] {
  const faults: string[] = []
  const { connectionName, unroutable, topology, partitions } = options
  if (unroutable !== undefined && !UNROUTABLE.includes(unroutable)) {
    faults.push(`unroutable is ${say(unroutable)}; expected ${UNROUTABLE.join(', ')}.`)
  }
  if (topology !== undefined && !TOPOLOGY_MODES.includes(topology)) {
    faults.push(`topology is ${say(topology)}; expected ${TOPOLOGY_MODES.join(', ')}.`)
  }
  if (partitions !== undefined && typeof partitions !== 'function' && !isWithin(partitions, 0, MAX_PARTITIONS)) {
    faults.push(`partitions is ${say(partitions)}; expected a whole number from 0 to ${MAX_PARTITIONS}, or a function.`)
  }
  for (const name of SWITCHES) {
    if (options[name] !== undefined && typeof options[name] !== 'boolean')
      faults.push(`${name} is ${say(options[name])}; expected true or false.`)
  }
  for (const name of FUNCTIONS) {
    if (options[name] !== undefined && typeof options[name] !== 'function')
      faults.push(`${name} is ${say(options[name])}; expected a function.`)
  }
  if (connectionName !== undefined && !isName(connectionName)) {
    faults.push(`connectionName is ${say(connectionName)}; expected a name of at most ${MAX_NAME} characters.`)
  }
  return faults
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME
}

function isWithin(value: unknown, lowest: number, highest: number): boolean {
  return Number.isInteger(value) && (value as number) >= lowest && (value as number) <= highest
}

function say(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value)
}
