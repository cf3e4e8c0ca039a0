import type { Route } from '@gulo/core'
import { isParking, type QueueOwner, type QueuePriority } from './names.js'
import { partitionQueues } from './partitions.js'
import { eventQueue, parkingTopology, quarantineQueues } from './queues.js'
import { type ConsumedQueue, joinTopologies, type Topology, type TopologyRules } from './topology.js'

/** What a subscription asks for, as far as exchanges and queues go. */
export interface SubscribedRoutes {
  readonly group: string
  readonly action: string
  readonly routes: readonly Route[]
}

interface RoutedType {
  readonly exchange: string
  readonly routingKey: string
}

/**
 * The queues of a subscription: its own, one for each priority and partition, bound for every type of its routes, and
 * the parking queues it names as topics.
 */
export function subscriptionTopology(subscription: SubscribedRoutes, rules: TopologyRules): ConsumedQueue[] {
  const { group, action, routes } = subscription
  const byPriority = new Map<QueuePriority, RoutedType[]>()
  for (const each of typesOf(routes, rules)) {
    const priority = rules.priorityOf?.(each.routingKey) ?? 'normal'
    byPriority.set(priority, [...(byPriority.get(priority) ?? []), each])
  }
  return [
    ...[...byPriority].flatMap(([priority, types]) => ownQueues({ group, action, priority }, types, rules)),
    ...routes
      .filter(({ topic }) => isParking(topic))
      .map(({ topic }) => ({ queue: topic, topology: parkingTopology(topic, rules) })),
  ]
}

/** Everything that subscriptions need, to be declared before the first message: deploys and definitions. */
export function jointTopology(subscriptions: readonly SubscribedRoutes[], rules: TopologyRules): Topology {
  const queues = subscriptions.flatMap((subscription) => subscriptionTopology(subscription, rules))
  return joinTopologies(...queues.map(({ topology }) => topology))
}

/** The queue of one member that gets every message itself, and goes when the member goes. */
export function broadcastTopology(queue: string, routes: readonly Route[], rules: TopologyRules): ConsumedQueue {
  const types = typesOf(routes, rules)
  const queues = [{ name: queue, exclusive: true, arguments: { 'x-queue-type': 'classic' } }]
  return { queue, topology: { exchanges: exchangesOf(types), queues, bindings: toQueue(queue, types) } }
}

function ownQueues(owner: QueueOwner, types: readonly RoutedType[], rules: TopologyRules): ConsumedQueue[] {
  const queue = rules.queueName(owner)
  const { partitions = 0, singleActiveConsumer: single } = rules
  const count = typeof partitions === 'function' ? partitions(owner) : partitions
  const exchanges = exchangesOf(types)
  if (count > 0) return partitionQueues(queue, count, exchanges, types, rules)
  const queues = [...quarantineQueues(queue, rules), eventQueue(queue, queue, single, rules)]
  const topology = { exchanges, queues, bindings: toQueue(queue, types) }
  return [{ queue, topology, ...(single ? { single } : {}) }]
}

function typesOf(routes: readonly Route[], { exchangeName }: TopologyRules): RoutedType[] {
  return routes
    .filter(({ topic }) => !isParking(topic))
    .flatMap(({ topic, types }) => types.map((type) => ({ exchange: exchangeName(topic, type), routingKey: type })))
}

function exchangesOf(types: readonly RoutedType[]): Topology['exchanges'] {
  return [...new Set(types.map(({ exchange }) => exchange))].map((name) => ({ name, type: 'topic' }))
}

function toQueue(queue: string, types: readonly RoutedType[]): Topology['bindings'] {
  return types.map((type) => ({ queue, ...type }))
}
