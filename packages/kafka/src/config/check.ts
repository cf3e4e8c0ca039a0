import { findCodecFaults } from './check-codecs.js'
import { findSecurityFaults } from './check-security.js'
import { findTopicFaults } from './check-topics.js'
import type { KafkaOptions } from './options.js'
import { CHOICES, isBroker, PARTITIONERS, RANGES, SUFFIX } from './ranges.js'
import { isWithin, say, sayOneOf } from './say.js'

// What other clients let one set, and why nobody may here.
const NO_OPTIONS: Readonly<Record<string, string>> = {
  retries:
    'what fails is sent again, unchanged, until publishDeadlineMs; a number of retries would lose order or messages',
  idempotent: 'the producer is always idempotent, else a lost answer would store messages twice',
  enableIdempotence: 'the producer is always idempotent, else a lost answer would store messages twice',
  maxInFlightRequests: 'one request is under way for each leader, because kafkajs loses messages with more',
  transactionalId: 'kafkajs cannot do transactions safely; an outbox and an inbox give the same effect',
  autoCommit: 'offsets are committed by hand, after the messages before them were handled',
}
/** Every fault of the options, each a sentence; none when they can be used. */
export function findFaults(options: KafkaOptions): string[] {
  if (typeof options !== 'object' || options === null)
    return [`options is ${String(options)}; pass { brokers: ['host:port'] }.`]
  const faults = [
    ...brokerFaults(options.brokers),
    ...numberFaults(options),
    ...choiceFaults(options),
    ...fixedFaults(options),
    ...findSecurityFaults(options),
    ...findCodecFaults(options),
    ...findTopicFaults(options.ensureTopics),
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

function numberFaults(options: KafkaOptions): string[] {
  const given = options as unknown as Record<string, unknown>
  return Object.entries(RANGES)
    .filter(([name, [lowest, highest]]) => given[name] !== undefined && !isWithin(given[name], lowest, highest))
    .map(
      ([name, [lowest, highest]]) =>
        `${name} is ${say(given[name])}; expected a whole number from ${lowest} to ${highest}.`,
    )
}

function choiceFaults(options: KafkaOptions): string[] {
  const given = options as unknown as Record<string, unknown>
  return Object.entries(CHOICES)
    .filter(([name, choices]) => given[name] !== undefined && !choices.includes(given[name] as string))
    .map(([name, choices]) => `${name} is ${say(given[name])}; expected ${sayOneOf(choices)}.`)
}

/** Faults of what has one value only. */
function fixedFaults(options: KafkaOptions): string[] {
  const { acks, partitioner, deadLetterSuffix: suffix } = options
  const faults = Object.entries(NO_OPTIONS)
    .filter(([name]) => Object.hasOwn(options, name))
    .map(([name, why]) => `${name} is no option: ${why}.`)
  if (acks !== undefined && acks !== 'all') {
    faults.push(`acks is ${say(acks)}; expected "all": a leader that fails takes with it what no other broker has.`)
  }
  if (partitioner !== undefined && typeof partitioner !== 'function' && !PARTITIONERS.includes(partitioner)) {
    faults.push(`partitioner is ${say(partitioner)}; expected ${sayOneOf([...PARTITIONERS, 'a function'])}.`)
  }
  if (suffix !== undefined && !(typeof suffix === 'string' && SUFFIX.test(suffix))) {
    faults.push(`deadLetterSuffix is ${say(suffix)}; expected a dot, dash or underscore and what a topic may be named.`)
  }
  return faults
}
