import type { Codec } from '@gulo/core'
import type { RabbitMqOptions } from './config/options.js'
import { settingsOf } from './config/settings.js'
import { RabbitMqTransport } from './transport.js'

const DEFAULT_CODEC: Codec | undefined = undefined

/**
 * A transport over RabbitMQ.
 * @throws GULO_CONFIGURATION_INVALID with every fault of the options at once
 */
export function rabbitmq(options: RabbitMqOptions): RabbitMqTransport {
  return new RabbitMqTransport(settingsOf(options, DEFAULT_CODEC), options?.runtime)
}
