import type { Topology } from './topology.js'

/** Definitions as `rabbitmqctl import_definitions` and the management page take them. */
export interface RabbitMqDefinitions {
  readonly exchanges: readonly Readonly<Record<string, unknown>>[]
  readonly queues: readonly Readonly<Record<string, unknown>>[]
  readonly bindings: readonly Readonly<Record<string, unknown>>[]
}

/** A topology as definitions for a virtual host; queues that belong to one connection are left out. */
export function rabbitmqDefinitions(topology: Topology, vhost = '/'): RabbitMqDefinitions {
  const kept = { vhost, durable: true, auto_delete: false }
  return {
    exchanges: topology.exchanges.map(({ name, type, arguments: given = {} }) => {
      return { name, ...kept, type, internal: false, arguments: given }
    }),
    queues: topology.queues
      .filter(({ exclusive }) => exclusive !== true)
      .map(({ name, arguments: given }) => ({ name, ...kept, arguments: given })),
    bindings: topology.bindings.map((binding) => {
      const destination = 'queue' in binding ? binding.queue : binding.toExchange
      const kind = 'queue' in binding ? 'queue' : 'exchange'
      const given = 'queue' in binding ? {} : (binding.arguments ?? {})
      const { exchange: source, routingKey } = binding
      return { source, vhost, destination, destination_type: kind, routing_key: routingKey, arguments: given }
    }),
  }
}
