import { coreFault } from '../faults.js'
import { findFaults } from './check.js'
import type { RabbitMqOptions } from './options.js'

/** Environment variables: `process.env`, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>

const NUMBERS = {
  RABBITMQ_PREFETCH: 'prefetch',
  RABBITMQ_HEARTBEAT_SECONDS: 'heartbeatSeconds',
  RABBITMQ_PUBLISH_DEADLINE_MS: 'publishDeadlineMs',
} as const

/**
 * Reads RABBITMQ_URL, else AMQP_URL (several nodes comma-separated), RABBITMQ_CONNECTION_NAME, RABBITMQ_PREFETCH,
 * RABBITMQ_HEARTBEAT_SECONDS and RABBITMQ_PUBLISH_DEADLINE_MS.
 * @throws GULO_CONFIGURATION_INVALID with every fault at once
 */
export function rabbitmqConfigFromEnv(env: Environment = process.env): RabbitMqOptions {
  const text = (name: string) => env[name]?.trim() || undefined
  const urls = (text('RABBITMQ_URL') ?? text('AMQP_URL') ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter(Boolean)
  const options: Record<string, unknown> = { url: urls.length === 1 ? urls[0] : urls }
  for (const [variable, name] of Object.entries(NUMBERS)) {
    if (text(variable) !== undefined) options[name] = Number(text(variable))
  }
  if (text('RABBITMQ_CONNECTION_NAME') !== undefined) options['connectionName'] = text('RABBITMQ_CONNECTION_NAME')
  const read = options as unknown as RabbitMqOptions
  const faults = findFaults(read)
  if (faults.length > 0) {
    const details = { component: 'rabbitmqConfigFromEnv', count: faults.length, faults: faults.join(' ') }
    throw coreFault('GULO_CONFIGURATION_INVALID', details)
  }
  return Object.freeze(read)
}
