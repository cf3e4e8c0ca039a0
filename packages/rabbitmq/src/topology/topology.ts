import type { TransportSubscription } from '@gulo/core'
import { isParking, type QueueOwner, quarantineOf } from './names.js'

/** What must exist at the broker, as data: declared again after every reconnection, in this order. */
export interface Topology {
  readonly exchanges: readonly ExchangeDeclaration[]
  readonly queues: readonly QueueDeclaration[]
  readonly bindings: readonly BindingDeclaration[]
}

export interface ExchangeDeclaration {
  readonly name: string
  readonly type: 'topic'
}

export interface QueueDeclaration {
  readonly name: string
  readonly arguments: Readonly<Record<string, string | number | boolean>>
}

export interface BindingDeclaration {
  readonly queue: string
  readonly exchange: string
  readonly routingKey: string
}

/** How queues are made and things are named. */
export interface TopologyRules {
  readonly quorum: boolean
  readonly deliveryLimit: number
  readonly singleActiveConsumer: boolean
  readonly exchangeName: (topic: string, type: string) => string
  readonly queueName: (owner: QueueOwner) => string
}

/** One queue to consume from, and what it needs. */
export interface ConsumedQueue {
  readonly queue: string
  readonly topology: Topology
}

// A parked message is to stay until somebody takes it: RabbitMQ 4 would drop it after 20 redeliveries.
const UNLIMITED = 1_000_000_000

/** What publishing to an exchange needs: the exchange. */
export function exchangeTopology(exchange: string): Topology {
  return { exchanges: [{ name: exchange, type: 'topic' }], queues: [], bindings: [] }
}

/** What setting messages aside needs: a durable queue of the topic's name, reached through the default exchange. */
export function parkingTopology(queue: string, rules: TopologyRules): Topology {
  return { exchanges: [], queues: [parkingQueue(queue, rules)], bindings: [] }
}

/** The queues of a subscription: its own, bound for every type of its routes, and the parking queues it names as topics. */
export function subscriptionTopology(subscription: TransportSubscription, rules: TopologyRules): ConsumedQueue[] {
  const { group, action, routes } = subscription
  const parked = routes.filter(({ topic }) => isParking(topic))
  const bound = routes.filter(({ topic }) => !isParking(topic))
  const consumed = parked.map(({ topic }) => ({ queue: topic, topology: parkingTopology(topic, rules) }))
  if (bound.length === 0) return consumed
  const queue = rules.queueName({ group, action })
  const exchanges = [
    ...new Set(bound.flatMap(({ topic, types }) => types.map((type) => rules.exchangeName(topic, type)))),
  ]
  const topology: Topology = {
    exchanges: exchanges.map((name) => ({ name, type: 'topic' })),
    queues: eventQueues(queue, rules),
    bindings: bound.flatMap(({ topic, types }) =>
      types.map((type) => ({ queue, exchange: rules.exchangeName(topic, type), routingKey: type })),
    ),
  }
  return [{ queue, topology }, ...consumed]
}

function eventQueues(name: string, rules: TopologyRules): QueueDeclaration[] {
  const single = rules.singleActiveConsumer ? { 'x-single-active-consumer': true } : {}
  if (!rules.quorum) return [{ name, arguments: { 'x-queue-type': 'classic', ...single } }]
  const quarantine = quarantineOf(name)
  const queue = {
    name,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': rules.deliveryLimit,
      // Without somewhere to go, a message over the limit is dropped.
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': quarantine,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
      ...single,
    },
  }
  return [parkingQueue(quarantine, rules), queue]
}

function parkingQueue(name: string, { quorum }: TopologyRules): QueueDeclaration {
  if (!quorum) return { name, arguments: { 'x-queue-type': 'classic' } }
  return { name, arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': UNLIMITED } }
}
