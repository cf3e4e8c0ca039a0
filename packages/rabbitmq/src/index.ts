export { type Environment, rabbitmqConfigFromEnv } from './config/from-env.js'
export type { RabbitMqOptions, RabbitMqReconnect, RabbitMqTls } from './config/options.js'
export type { RabbitMqSettings } from './config/settings.js'
export { RABBITMQ_ERRORS, type RabbitMqErrorCode } from './faults.js'
export { rabbitmq } from './rabbitmq.js'
export { exchangeOf, type QueueOwner, queueOf } from './topology/names.js'
// what is declared at the broker, as data
export {
  type BindingDeclaration,
  type ConsumedQueue,
  type ExchangeDeclaration,
  exchangeTopology,
  parkingTopology,
  type QueueDeclaration,
  subscriptionTopology,
  type Topology,
  type TopologyRules,
} from './topology/topology.js'
export { RabbitMqTransport } from './transport.js'
