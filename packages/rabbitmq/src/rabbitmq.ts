import type { RabbitMqOptions } from './config/options.js'
import { settingsOf } from './config/settings.js'
import { RabbitMqTransport } from './transport.js'

/**
 * A transport over RabbitMQ.
 * @throws GULO_CONFIGURATION_INVALID with every fault of the options at once
 */
export function rabbitmq(options: RabbitMqOptions): RabbitMqTransport {
  return new RabbitMqTransport(settingsOf(options), options?.runtime)
}
