import { coreFault } from '../faults.js'
import type { KafkaOptions } from './options.js'
import type { KafkaSasl } from './security.js'

/** Options from the environment, and the consumer group, which belongs to the subscriber. */
export interface KafkaEnvironment extends KafkaOptions {
  /** KAFKA_CONSUMER_GROUP_ID, else KAFKA_SERVICE_NAME. */
  readonly groupId: string | undefined
}

/** Environment variables: `process.env`, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>

const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']
const PASSWORD_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']

/**
 * Reads KAFKA_BOOTSTRAP_SERVERS (comma-separated), KAFKA_SERVICE_NAME, KAFKA_CONSUMER_GROUP_ID,
 * KAFKA_SECURITY_PROTOCOL (PLAINTEXT), KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.
 * @throws GULO_CONFIGURATION_INVALID with every fault at once
 */
export function kafkaConfigFromEnv(env: Environment = process.env): KafkaEnvironment {
  const faults: string[] = []
  const text = (name: string) => env[name]?.trim() || undefined
  const brokers = (text('KAFKA_BOOTSTRAP_SERVERS') ?? '')
    .split(',')
    .map((broker) => broker.trim())
    .filter(Boolean)
  if (brokers.length === 0) faults.push('KAFKA_BOOTSTRAP_SERVERS is not set; expected host:port, comma-separated.')
  const protocol = text('KAFKA_SECURITY_PROTOCOL')?.toUpperCase() ?? 'PLAINTEXT'
  if (!PROTOCOLS.includes(protocol)) {
    faults.push(`KAFKA_SECURITY_PROTOCOL is "${protocol}"; expected ${PROTOCOLS.join(', ')}.`)
  }
  const sasl = protocol.startsWith('SASL_') ? saslFrom(text, faults) : undefined
  if (faults.length > 0) {
    const details = { component: 'kafkaConfigFromEnv', count: faults.length, faults: faults.join(' ') }
    throw coreFault('GULO_CONFIGURATION_INVALID', details)
  }
  const clientId = text('KAFKA_SERVICE_NAME')
  return Object.freeze({
    brokers,
    ssl: protocol.endsWith('SSL'),
    groupId: text('KAFKA_CONSUMER_GROUP_ID') ?? clientId,
    ...(clientId === undefined ? {} : { clientId }),
    ...(sasl === undefined ? {} : { sasl }),
  })
}

function saslFrom(text: (name: string) => string | undefined, faults: string[]): KafkaSasl | undefined {
  const mechanism = text('KAFKA_SASL_MECHANISM')?.toUpperCase() ?? 'PLAIN'
  const username = text('KAFKA_SASL_USERNAME')
  const password = text('KAFKA_SASL_PASSWORD')
  if (!PASSWORD_MECHANISMS.includes(mechanism)) {
    faults.push(
      `KAFKA_SASL_MECHANISM is "${mechanism}"; expected ${PASSWORD_MECHANISMS.join(', ')} ` +
        '(OAUTHBEARER needs a function: pass sasl to kafka()).',
    )
  }
  if (username === undefined) faults.push('KAFKA_SASL_USERNAME is not set.')
  if (password === undefined) faults.push('KAFKA_SASL_PASSWORD is not set.')
  if (faults.length > 0) return undefined
  return {
    mechanism: mechanism.toLowerCase() as 'plain' | 'scram-sha-256' | 'scram-sha-512',
    username: username as string,
    password: password as string,
  }
}
