import type { FailurePolicy } from '@gulo/core'
import { coreFault } from '../faults.js'
import { type DeadLetterRules, deadLetterRulesFrom } from './env-dead-letters.js'
import { type Environment, EnvReader } from './env-reader.js'
import { securityFrom } from './env-security.js'
import type { KafkaOptions } from './options.js'
import { CHOICES, isBroker, PARTITIONERS } from './ranges.js'
import { say } from './say.js'

/** Options from the environment, and what belongs to the service that consumes. */
export interface KafkaEnvironment extends KafkaOptions, DeadLetterRules {
  /** KAFKA_CONSUMER_GROUP_ID, else KAFKA_SERVICE_NAME. */
  readonly groupId: string | undefined
  /** For `createService({ policy })`, where KAFKA_MAX_ATTEMPTS or KAFKA_DLQ_ENABLED is set. */
  readonly policy?: FailurePolicy
}

/** What the environment cannot hold. */
export interface EnvironmentOptions {
  /** Fetches a token for OAUTHBEARER. @default reads the file that KAFKA_SASL_OAUTHBEARER_TOKEN_FILE names */
  readonly token?: () => Promise<string>
}

const NUMBERS = {
  KAFKA_BATCH_SIZE: 'batchSize',
  KAFKA_MAX_BATCH_BYTES: 'maxBatchBytes',
  KAFKA_LINGER_MS: 'lingerMs',
  KAFKA_MAX_BUFFERED_MESSAGES: 'maxBufferedMessages',
  KAFKA_MAX_BUFFERED_BYTES: 'maxBufferedBytes',
  KAFKA_METADATA_REFRESH_MS: 'metadataRefreshMs',
  KAFKA_PUBLISH_DEADLINE_MS: 'publishDeadlineMs',
  KAFKA_REQUEST_TIMEOUT_MS: 'requestTimeoutMs',
  KAFKA_CONNECT_TIMEOUT_MS: 'connectTimeoutMs',
  KAFKA_START_DEADLINE_MS: 'startDeadlineMs',
  KAFKA_SESSION_TIMEOUT_MS: 'sessionTimeoutMs',
  KAFKA_HEARTBEAT_INTERVAL_MS: 'heartbeatIntervalMs',
  KAFKA_MAX_POLL_RECORDS: 'deliverySize',
} as const
// variables that other clients know, with the one value that holds here
const FIXED: readonly (readonly [name: string, value: string, why: string])[] = [
  ['KAFKA_ACKS', 'all', 'with less, a leader that fails takes messages with it'],
  ['KAFKA_ENABLE_IDEMPOTENCE', 'true', 'without, a lost answer stores messages twice'],
  ['KAFKA_ENABLE_AUTO_COMMIT', 'false', 'offsets are committed once their messages have been handled'],
]

/**
 * Reads the options from variables that begin with KAFKA_; the manual lists them.
 * @throws GULO_CONFIGURATION_INVALID with every fault at once
 */
export function kafkaConfigFromEnv(
  env: Environment = process.env,
  { token }: EnvironmentOptions = {},
): KafkaEnvironment {
  const reader = new EnvReader(env)
  const clientId = reader.text('KAFKA_SERVICE_NAME')
  const config = {
    brokers: brokersFrom(reader),
    groupId: reader.text('KAFKA_CONSUMER_GROUP_ID') ?? clientId,
    clientId,
    ...securityFrom(reader, token),
    compression: reader.choice('KAFKA_COMPRESSION', CHOICES['compression'] as readonly string[]),
    partitioner: reader.choice('KAFKA_PARTITIONER', PARTITIONERS),
    autoOffsetReset: reader.choice('KAFKA_AUTO_OFFSET_RESET', CHOICES['autoOffsetReset'] as readonly string[]),
    ...Object.fromEntries(Object.entries(NUMBERS).map(([name, option]) => [option, reader.number(name, option)])),
    ...deadLetterRulesFrom(reader),
  }
  checkFixed(reader)
  const { faults } = reader
  if (faults.length > 0) {
    const details = { component: 'kafkaConfigFromEnv', count: faults.length, faults: faults.join(' ') }
    throw coreFault('GULO_CONFIGURATION_INVALID', details)
  }
  const known = Object.entries(config).filter(([name, value]) => value !== undefined || name === 'groupId')
  return Object.freeze(Object.fromEntries(known)) as unknown as KafkaEnvironment
}

function brokersFrom(env: EnvReader): string[] {
  const brokers = (env.text('KAFKA_BOOTSTRAP_SERVERS') ?? '')
    .split(',')
    .map((broker) => broker.trim())
    .filter(Boolean)
  if (brokers.length === 0) env.refuse('KAFKA_BOOTSTRAP_SERVERS is not set; expected host:port, comma-separated.')
  for (const broker of brokers) {
    if (!isBroker(broker)) env.refuse(`KAFKA_BOOTSTRAP_SERVERS has ${say(broker)}; expected host:port.`)
  }
  return brokers
}

function checkFixed(env: EnvReader): void {
  for (const [name, value, why] of FIXED) {
    const text = env.text(name)?.toLowerCase()
    // -1 is another way to write all
    if (text === undefined || text === value || (name === 'KAFKA_ACKS' && text === '-1')) continue
    env.refuse(`${name} is ${say(text)}; expected ${say(value)}: ${why}.`)
  }
  // Deployments that were made for other clients set a number; here time is the bound, and it allows for as many.
  const retries = env.text('KAFKA_RETRIES')
  if (retries === undefined || /^[1-9]\d*$/.test(retries)) return
  env.refuse(`KAFKA_RETRIES is ${say(retries)}; what fails is sent again until KAFKA_PUBLISH_DEADLINE_MS, so unset it.`)
}
