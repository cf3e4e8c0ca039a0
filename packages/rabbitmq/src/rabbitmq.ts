import type { RabbitMqOptions } from './config/options.js'
import { settingsOf } from './config/settings.js'
import { jointTopology, type SubscribedRoutes } from './topology/subscription-topology.js'
import type { Topology } from './topology/topology.js'
import { RabbitMqTransport } from './transport.js'

/**
 * A transport over RabbitMQ.
 * @throws GULO_CONFIGURATION_INVALID with every fault of the options at once
 */
export function rabbitmq(options: RabbitMqOptions): RabbitMqTransport {
  return new RabbitMqTransport(settingsOf(options), options?.runtime)
}

/**
 * Everything that subscriptions need at the broker, as a transport with these options would declare it.
 * @throws GULO_CONFIGURATION_INVALID
 */
export function topologyOf(
  subscriptions: readonly SubscribedRoutes[],
  options: Partial<RabbitMqOptions> = {},
): Topology {
  return jointTopology(subscriptions, settingsOf({ url: 'amqp://localhost', ...options }))
}
