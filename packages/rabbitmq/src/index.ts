export { type Environment, rabbitmqConfigFromEnv } from './config/from-env.js'
export type { RabbitMqOptions, RabbitMqReconnect, RabbitMqTls } from './config/options.js'
export type { RabbitMqSettings } from './config/settings.js'
export { RABBITMQ_ERRORS, type RabbitMqErrorCode } from './faults.js'
export { rabbitmq, topologyOf } from './rabbitmq.js'
// what is declared at the broker, as data
export { type RabbitMqDefinitions, rabbitmqDefinitions } from './topology/definitions.js'
export { type DelayTarget, delayTopology, MAX_DELAY_MS } from './topology/delays.js'
export { exchangeOf, type QueueOwner, type QueuePriority, queueOf } from './topology/names.js'
export { parkingTopology } from './topology/queues.js'
export {
  broadcastTopology,
  type SubscribedRoutes,
  subscriptionTopology,
} from './topology/subscription-topology.js'
export {
  type BindingDeclaration,
  type ConsumedQueue,
  type ExchangeBinding,
  type ExchangeDeclaration,
  exchangeTopology,
  joinTopologies,
  type QueueBinding,
  type QueueDeclaration,
  type Topology,
  type TopologyMode,
  type TopologyRules,
} from './topology/topology.js'
export { RabbitMqTransport } from './transport.js'
