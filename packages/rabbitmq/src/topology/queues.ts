import { quarantineOf } from './names.js'
import type { QueueDeclaration, Topology, TopologyRules } from './topology.js'

// A parked message is to stay until somebody takes it: RabbitMQ 4 would drop it after 20 redeliveries.
const UNLIMITED = 1_000_000_000

/** What setting messages aside needs: a durable queue of the topic's name, reached through the default exchange. */
export function parkingTopology(queue: string, rules: TopologyRules): Topology {
  return { exchanges: [], queues: [parkingQueue(queue, rules)], bindings: [] }
}

/** The queue `name` of a subscription; `home` is the queue whose quarantine it shares. */
export function eventQueue(name: string, home: string, single: boolean, rules: TopologyRules): QueueDeclaration {
  const active = single ? { 'x-single-active-consumer': true } : {}
  if (!rules.quorum) return { name, arguments: { 'x-queue-type': 'classic', ...active } }
  const limits = { 'x-queue-type': 'quorum', 'x-delivery-limit': rules.deliveryLimit }
  // Without somewhere to go, a message over the limit is dropped.
  return { name, arguments: { ...limits, ...deadLetter('', quarantineOf(home)), ...active } }
}

/** What `home` needs beside itself: a queue for messages over the limit, where there is a limit. */
export function quarantineQueues(home: string, rules: TopologyRules): readonly QueueDeclaration[] {
  return rules.quorum ? [parkingQueue(quarantineOf(home), rules)] : []
}

/** Has a quorum queue keep each message until the queue it is dead-lettered to has confirmed it. */
export function deadLetter(exchange: string, routingKey?: string): Readonly<Record<string, string>> {
  return {
    'x-dead-letter-exchange': exchange,
    ...(routingKey === undefined ? {} : { 'x-dead-letter-routing-key': routingKey }),
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  }
}

function parkingQueue(name: string, { quorum }: TopologyRules): QueueDeclaration {
  if (!quorum) return { name, arguments: { 'x-queue-type': 'classic' } }
  return { name, arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': UNLIMITED } }
}
